#include "formats/hdf5/hdf5_arrays.h"

#include <hdf5.h>

#include "formats/hdf5/hdf5_library.h"

namespace tnn {
namespace {

hid_t open_file(const std::filesystem::path& file) {
  const auto lock = lock_hdf5();
  const hid_t id = H5Fopen(file.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  if (id < 0) throw Hdf5Error("open '" + file.string() + "'");
  return id;
}

Hdf5Handle open_dataset(hid_t file, const std::string& name) {
  return Hdf5Handle(H5Dopen2(file, name.c_str(), H5P_DEFAULT), H5Dclose, "open " + name);
}

/// Values that the file claims but cannot hold are not allocated.
void check_size(hid_t file, const std::string& name, uint64_t count) {
  hsize_t bytes = 0;
  check_hdf5(H5Fget_filesize(file, &bytes), "tell the size of the file");
  if (count > bytes) throw Hdf5Error("read " + name + ": longer than the file");
}

}  // namespace

Hdf5Arrays::Hdf5Arrays(const std::filesystem::path& file) : file_(open_file(file)) {}

Hdf5Arrays::~Hdf5Arrays() {
  const auto lock = lock_hdf5();
  H5Fclose(file_);
}

bool Hdf5Arrays::has(const std::string& name) const {
  const auto lock = lock_hdf5();
  return H5Lexists(file_, name.c_str(), H5P_DEFAULT) > 0;
}

std::vector<uint64_t> Hdf5Arrays::shape(const std::string& name) const {
  const auto lock = lock_hdf5();
  const Hdf5Handle dataset = open_dataset(file_, name);
  const Hdf5Handle space(H5Dget_space(dataset), H5Sclose, "read the shape of " + name);
  const int dimensions = H5Sget_simple_extent_ndims(space);
  check_hdf5(dimensions, "read the shape of " + name);
  std::vector<hsize_t> extent(static_cast<size_t>(dimensions));
  check_hdf5(H5Sget_simple_extent_dims(space, extent.data(), nullptr), "read the shape of " + name);
  return {extent.begin(), extent.end()};
}

template <typename T>
std::vector<T> Hdf5Arrays::read(const std::string& name, int64_t native) const {
  uint64_t count = 1;
  for (const uint64_t extent : shape(name)) count *= extent;
  const auto lock = lock_hdf5();
  check_size(file_, name, count);
  std::vector<T> values(count);
  const Hdf5Handle dataset = open_dataset(file_, name);
  check_hdf5(H5Dread(dataset, native, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), "read " + name);
  return values;
}

std::vector<float> Hdf5Arrays::floats(const std::string& name) const { return read<float>(name, H5T_NATIVE_FLOAT); }
std::vector<double> Hdf5Arrays::doubles(const std::string& name) const { return read<double>(name, H5T_NATIVE_DOUBLE); }
std::vector<int64_t> Hdf5Arrays::integers(const std::string& name) const { return read<int64_t>(name, H5T_NATIVE_INT64); }

std::string Hdf5Arrays::attribute(const std::string& name) const {
  const auto lock = lock_hdf5();
  const Hdf5Handle attribute(H5Aopen(file_, name.c_str(), H5P_DEFAULT), H5Aclose, "open attribute " + name);
  const Hdf5Handle type(make_hdf5_text_type(0), H5Tclose, "make a text type");
  char* text = nullptr;
  check_hdf5(H5Aread(attribute, type, &text), "read attribute " + name);
  const std::string value = text ? text : "";
  H5free_memory(text);
  return value;
}

}  // namespace tnn
