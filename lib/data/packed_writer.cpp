#include "data/packed_writer.h"

#include <fmt/format.h>
#include <hdf5.h>

#include <algorithm>

#include "data/checksum.h"
#include "data/packed_file.h"
#include "formats/hdf5/hdf5_library.h"

namespace tnn {
namespace {

using Handle = Hdf5Handle;
constexpr hsize_t kBytesChunk = 1 << 18;
constexpr hsize_t kListChunk = 1 << 12;  ///< labels, names or checksums that are checked together

/// In chunks, of which HDF5 itself keeps checksums.
void write_list(int64_t parent, const char* name, hsize_t count, int64_t type, const void* values) {
  const hsize_t chunk = std::clamp<hsize_t>(count, 1, kListChunk);
  const Handle space(H5Screate_simple(1, &count, nullptr), H5Sclose, "make a space");
  const Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, "make a property list");
  check_hdf5(H5Pset_chunk(properties, 1, &chunk), "set a chunk");
  check_hdf5(H5Pset_fletcher32(properties), "set a checksum");
  const Handle dataset(H5Dcreate2(parent, name, type, space, H5P_DEFAULT, properties, H5P_DEFAULT), H5Dclose, "make a dataset");
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

int64_t create_bytes(int64_t group) {
  const hsize_t none = 0, any = H5S_UNLIMITED;
  const Handle space(H5Screate_simple(1, &none, &any), H5Sclose, "make a space");
  const Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, "make a property list");
  check_hdf5(H5Pset_chunk(properties, 1, &kBytesChunk), "set a chunk");
  return H5Dcreate2(group, "bytes", H5T_STD_U8LE, space, H5P_DEFAULT, properties, H5P_DEFAULT);
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

PackedSplitWriter::PackedSplitWriter(const PackedWriter& file, const std::string& split)
    : group_(H5Gcreate2(file.id(), split.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose, "make a group"),
      bytes_(create_bytes(group_), H5Dclose, "make a dataset") {}

void PackedSplitWriter::add(const std::vector<uint8_t>& bytes, int label, const std::string& name) {
  const hsize_t begin = ends_.empty() ? 0 : static_cast<hsize_t>(ends_.back()), size = bytes.size(), end = begin + size;
  check_hdf5(H5Dset_extent(bytes_, &end), "make a dataset larger");
  const Handle space(H5Dget_space(bytes_), H5Sclose, "find the size of a dataset");
  const Handle memory(H5Screate_simple(1, &size, nullptr), H5Sclose, "make a space");
  check_hdf5(H5Sselect_hyperslab(space, H5S_SELECT_SET, &begin, nullptr, &size, nullptr), "choose a place");
  check_hdf5(H5Dwrite(bytes_, H5T_NATIVE_UCHAR, memory, space, H5P_DEFAULT, bytes.data()), "write an image");
  ends_.push_back(static_cast<int64_t>(end));
  labels_.push_back(label);
  checksums_.push_back(crc32_of(bytes));
  names_.push_back(name);
}

void PackedSplitWriter::finish() {
  const hsize_t count = labels_.size();
  write_list(group_, "ends", count, H5T_NATIVE_INT64, ends_.data());
  write_list(group_, "labels", count, H5T_NATIVE_INT64, labels_.data());
  write_list(group_, "checksums", count, H5T_NATIVE_UINT32, checksums_.data());
  write_texts(group_, "names", names_);
}

}  // namespace tnn
