#include "report/hdf5_image.h"

#include <fmt/format.h>
#include <hdf5.h>

#include <cassert>

#include "core/error.h"
#include "formats/hdf5_handle.h"

namespace tnn {
namespace {

using Handle = Hdf5Handle;

void check(herr_t status, const std::string& what) {
  if (status < 0) throw SystemError(fmt::format("HDF5 cannot {}", what));
}

/// Text of any length in UTF-8; to be closed by a Handle.
hid_t make_text_type() {
  const hid_t type = H5Tcopy(H5T_C_S1);
  check(type < 0 ? -1 : H5Tset_size(type, H5T_VARIABLE), "make a text type");
  check(H5Tset_cset(type, H5T_CSET_UTF8), "make a text type");
  return type;
}

void add_attribute(hid_t object, const std::string& name, const std::string& value) {
  const Handle type(make_text_type(), H5Tclose, "make a text type");
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose, "make a space");
  const Handle attribute(H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose, "make attribute " + name);
  const char* text = value.c_str();
  check(H5Awrite(attribute, type, &text), "write attribute " + name);
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
  check(H5Pset_create_intermediate_group(links, 1), "set a property");
  const Handle space(H5Screate_simple(static_cast<int>(extent.size()), extent.data(), nullptr), H5Sclose, "make a space");
  const Handle dataset(H5Dcreate2(file, name.c_str(), type.stored, space, links, H5P_DEFAULT, H5P_DEFAULT), H5Dclose, "make " + name);
  if (H5Sget_simple_extent_npoints(space) > 0)
    check(H5Dwrite(dataset, type.native, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), "write " + name);
  add_attribute(dataset, "unit", unit);
  add_attribute(dataset, "description", description);
}

[[maybe_unused]] size_t element_count(const Hdf5Image::Shape& shape) {
  size_t count = 1;
  for (const uint64_t extent : shape) count *= extent;
  return count;
}

hid_t create_file_in_memory() {
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "make a property list");
  check(H5Pset_fapl_core(access, size_t{1} << 16, false), "keep a file in memory");
  return H5Fcreate("curve.h5", H5F_ACC_TRUNC, H5P_DEFAULT, access);
}

}  // namespace

Hdf5Image::Hdf5Image() : file_(create_file_in_memory()) {
  static_assert(sizeof(hid_t) == sizeof(int64_t));
  if (file_ < 0) throw SystemError("HDF5 cannot create a file in memory");
}

Hdf5Image::~Hdf5Image() { H5Fclose(file_); }

void Hdf5Image::add(const std::string& name, const Shape& shape, std::span<const double> values, const std::string& unit,
                    const std::string& description) {
  assert(values.size() == element_count(shape));
  add_dataset(file_, name, shape, {H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE}, values.data(), unit, description);
}

void Hdf5Image::add(const std::string& name, const Shape& shape, std::span<const int64_t> values, const std::string& unit,
                    const std::string& description) {
  assert(values.size() == element_count(shape));
  add_dataset(file_, name, shape, {H5T_STD_I64LE, H5T_NATIVE_INT64}, values.data(), unit, description);
}

void Hdf5Image::add(const std::string& name, const Shape& shape, std::span<const std::string> values, const std::string& description) {
  assert(values.size() == element_count(shape));
  std::vector<const char*> texts;
  for (const auto& value : values) texts.push_back(value.c_str());
  const Handle type(make_text_type(), H5Tclose, "make a text type");
  add_dataset(file_, name, shape, {type, type}, texts.data(), "1", description);
}

void Hdf5Image::attribute(const std::string& name, const std::string& value) { add_attribute(file_, name, value); }

std::string Hdf5Image::bytes() const {
  check(H5Fflush(file_, H5F_SCOPE_GLOBAL), "flush a file in memory");
  const ssize_t size = H5Fget_file_image(file_, nullptr, 0);
  if (size < 0) throw SystemError("HDF5 cannot give the bytes of a file in memory");
  std::string image(static_cast<size_t>(size), '\0');
  if (H5Fget_file_image(file_, image.data(), image.size()) != size) throw SystemError("HDF5 cannot give the bytes of a file in memory");
  return image;
}

}  // namespace tnn
