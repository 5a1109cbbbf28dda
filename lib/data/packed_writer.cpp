#include "data/packed_writer.h"

#include <fmt/format.h>
#include <hdf5.h>

#include <algorithm>

#include "data/packed_file.h"
#include "formats/hdf5/hdf5_library.h"

namespace tnn {
namespace {

using Handle = Hdf5Handle;

void write_list(int64_t parent, const char* name, hsize_t count, int64_t type, const void* values) {
  const Handle space(H5Screate_simple(1, &count, nullptr), H5Sclose, "make a space");
  const Handle dataset(H5Dcreate2(parent, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Dclose, "make a dataset");
  if (count > 0) check_hdf5(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), fmt::format("write '{}'", name));
}

void write_texts(int64_t parent, const char* name, const std::vector<std::string>& texts) {
  size_t length = 1;
  for (const auto& text : texts) length = std::max(length, text.size());
  std::string all;
  for (const auto& text : texts) (all += text).append(length - text.size(), '\0');
  const Handle type(make_hdf5_text_type(length), H5Tclose, "make a text type");
  write_list(parent, name, texts.size(), type, all.data());
}

void write_text_attribute(int64_t object, const char* name, const std::string& text) {
  const Handle type(make_hdf5_text_type(std::max<size_t>(1, text.size())), H5Tclose, "make a text type");
  write_hdf5_attribute(object, name, type, text.c_str());
}

int64_t create_file(const std::filesystem::path& path) {
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "make a property list");
  // The newest layout of lists of chunks finds one of a million at once.
  check_hdf5(H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110), "choose a layout");
  return H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access);
}

int64_t create_images(int64_t group, hsize_t count) {
  const hsize_t one = 1;
  const Handle space(H5Screate_simple(1, &count, nullptr), H5Sclose, "make a space");
  const Handle type(H5Tvlen_create(H5T_STD_U8LE), H5Tclose, "make a type");
  const Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, "make a property list");
  check_hdf5(H5Pset_chunk(properties, 1, &one), "set a chunk");
  return H5Dcreate2(group, "images", type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
}

}  // namespace

PackedWriter::PackedWriter(const std::filesystem::path& path, const std::string& dataset, const std::vector<std::string>& classes)
    : file_(create_file(path), H5Fclose, fmt::format("create '{}'", path.string())) {
  write_text_attribute(file_, "format", kPackedFormat);
  write_hdf5_attribute(file_, "version", H5T_NATIVE_INT64, &kPackedVersion);
  write_text_attribute(file_, "dataset", dataset);
  write_texts(file_, "classes", classes);
}

void PackedWriter::flush() { check_hdf5(H5Fflush(file_, H5F_SCOPE_GLOBAL), "flush the file"); }

PackedSplitWriter::PackedSplitWriter(const PackedWriter& file, const std::string& split, int64_t images)
    : group_(H5Gcreate2(file.id(), split.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose, "make a group"),
      type_(H5Tvlen_create(H5T_NATIVE_UCHAR), H5Tclose, "make a type"),
      dataset_(create_images(group_, static_cast<hsize_t>(images)), H5Dclose, "make a dataset") {}

void PackedSplitWriter::add(const std::vector<uint8_t>& bytes, int label, const std::string& name) {
  const hsize_t place = labels_.size(), one = 1;
  const Handle space(H5Dget_space(dataset_), H5Sclose, "find the size of a dataset");
  const Handle memory(H5Screate_simple(1, &one, nullptr), H5Sclose, "make a space");
  check_hdf5(H5Sselect_hyperslab(space, H5S_SELECT_SET, &place, nullptr, &one, nullptr), "choose a place");
  const hvl_t value{bytes.size(), const_cast<uint8_t*>(bytes.data())};
  check_hdf5(H5Dwrite(dataset_, type_, memory, space, H5P_DEFAULT, &value), "write an image");
  labels_.push_back(label);
  names_.push_back(name);
}

void PackedSplitWriter::finish() {
  const hsize_t count = labels_.size();
  check_hdf5(H5Dset_extent(dataset_, &count), "cut a dataset to its size");
  write_list(group_, "labels", count, H5T_NATIVE_INT64, labels_.data());
  write_texts(group_, "names", names_);
}

}  // namespace tnn
