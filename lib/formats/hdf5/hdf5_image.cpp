#include "formats/hdf5/hdf5_image.h"

#include <hdf5.h>

#include <cassert>

#include "formats/hdf5/hdf5_library.h"

namespace tnn {
namespace {

using Handle = Hdf5Handle;

void add_attribute(hid_t object, const std::string& name, const std::string& value) {
  const Handle type(make_hdf5_text_type(0), H5Tclose, "make a text type");
  const char* text = value.c_str();
  write_hdf5_attribute(object, name, type, &text);
}

/// Of HDF5's type in the file and its type in memory.
struct ElementType {
  hid_t stored;
  hid_t native;
};

void add_dataset(hid_t file, const std::string& name, const Hdf5Image::Shape& shape, ElementType type, const void* values,
                 const std::string& unit, const std::string& description) {
  const std::vector<hsize_t> extent(shape.begin(), shape.end());
  const Handle links(H5Pcreate(H5P_LINK_CREATE), H5Pclose, "make a property list");
  check_hdf5(H5Pset_create_intermediate_group(links, 1), "set a property");
  const Handle creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, "make a property list");
  check_hdf5(H5Pset_obj_track_times(creation, false), "set a property");  // equal values give equal bytes
  const Handle space(H5Screate_simple(static_cast<int>(extent.size()), extent.data(), nullptr), H5Sclose, "make a space");
  Handle dataset(H5Dcreate2(file, name.c_str(), type.stored, space, links, creation, H5P_DEFAULT), H5Dclose, "make " + name);
  if (H5Sget_simple_extent_npoints(space) > 0)
    check_hdf5(H5Dwrite(dataset, type.native, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), "write " + name);
  add_attribute(dataset, "unit", unit);
  add_attribute(dataset, "description", description);
  dataset.close("write " + name);
}

[[maybe_unused]] size_t element_count(const Hdf5Image::Shape& shape) {
  size_t count = 1;
  for (const uint64_t extent : shape) count *= extent;
  return count;
}

hid_t create_file_in_memory() {
  const auto lock = lock_hdf5();
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "make a property list");
  check_hdf5(H5Pset_fapl_core(access, size_t{1} << 16, false), "keep a file in memory");
  static int64_t number = 0;  // HDF5 takes two files in memory of one name for one
  const hid_t file = H5Fcreate(std::to_string(++number).c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access);
  if (file < 0) throw Hdf5Error("create a file in memory");
  return file;
}

}  // namespace

Hdf5Image::Hdf5Image() : file_(create_file_in_memory()) {}

Hdf5Image::~Hdf5Image() {
  const auto lock = lock_hdf5();
  H5Fclose(file_);
}

void Hdf5Image::add(const std::string& name, const Shape& shape, std::span<const double> values, const std::string& unit,
                    const std::string& description) {
  assert(values.size() == element_count(shape));
  const auto lock = lock_hdf5();
  add_dataset(file_, name, shape, {H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE}, values.data(), unit, description);
}

void Hdf5Image::add(const std::string& name, const Shape& shape, std::span<const float> values, const std::string& unit,
                    const std::string& description) {
  assert(values.size() == element_count(shape));
  const auto lock = lock_hdf5();
  add_dataset(file_, name, shape, {H5T_IEEE_F32LE, H5T_NATIVE_FLOAT}, values.data(), unit, description);
}

void Hdf5Image::add(const std::string& name, const Shape& shape, std::span<const int64_t> values, const std::string& unit,
                    const std::string& description) {
  assert(values.size() == element_count(shape));
  const auto lock = lock_hdf5();
  add_dataset(file_, name, shape, {H5T_STD_I64LE, H5T_NATIVE_INT64}, values.data(), unit, description);
}

void Hdf5Image::add(const std::string& name, const Shape& shape, std::span<const std::string> values, const std::string& description) {
  assert(values.size() == element_count(shape));
  const auto lock = lock_hdf5();
  std::vector<const char*> texts;
  for (const auto& value : values) texts.push_back(value.c_str());
  const Handle type(make_hdf5_text_type(0), H5Tclose, "make a text type");
  add_dataset(file_, name, shape, {type, type}, texts.data(), "1", description);
}

void Hdf5Image::attribute(const std::string& name, const std::string& value) {
  const auto lock = lock_hdf5();
  add_attribute(file_, name, value);
}

std::string Hdf5Image::bytes() const {
  const auto lock = lock_hdf5();
  check_hdf5(H5Fflush(file_, H5F_SCOPE_GLOBAL), "flush a file in memory");
  const ssize_t size = H5Fget_file_image(file_, nullptr, 0);
  if (size < 0) throw Hdf5Error("give the bytes of a file in memory");
  std::string image(static_cast<size_t>(size), '\0');
  if (H5Fget_file_image(file_, image.data(), image.size()) != size) throw Hdf5Error("give the bytes of a file in memory");
  return image;
}

}  // namespace tnn
