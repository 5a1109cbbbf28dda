#include "formats/hdf5/hdf5_library.h"

#include <hdf5.h>

namespace tnn {

static_assert(sizeof(hid_t) == sizeof(int64_t) && sizeof(herr_t) == sizeof(int));

std::unique_lock<std::mutex> lock_hdf5() {
  static std::mutex mutex;
  std::unique_lock lock(mutex);
  static const bool prepared = [] {
    H5dont_atexit();  // its exit handler crashes on a file that could not be flushed; every handle is closed anyway
    return H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr) >= 0;  // errors are thrown, not printed
  }();
  if (!prepared) throw Hdf5Error("start");
  return lock;
}

void check_hdf5(int status, const std::string& what) {
  if (status < 0) throw Hdf5Error(what);
}

int64_t make_hdf5_text_type(size_t length) {
  const hid_t type = H5Tcopy(H5T_C_S1);
  const bool made = type >= 0 && H5Tset_size(type, length == 0 ? H5T_VARIABLE : length) >= 0 &&
                    H5Tset_strpad(type, length == 0 ? H5T_STR_NULLTERM : H5T_STR_NULLPAD) >= 0 && H5Tset_cset(type, H5T_CSET_UTF8) >= 0;
  if (made) return type;
  if (type >= 0) H5Tclose(type);
  throw Hdf5Error("make a text type");
}

void write_hdf5_attribute(int64_t object, const std::string& name, int64_t type, const void* value) {
  const Hdf5Handle space(H5Screate(H5S_SCALAR), H5Sclose, "make a space");
  Hdf5Handle attribute(H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose, "make attribute " + name);
  check_hdf5(H5Awrite(attribute, type, value), "write attribute " + name);
  attribute.close("write attribute " + name);
}

}  // namespace tnn
