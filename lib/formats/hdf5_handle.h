#pragma once

#include <cstdint>
#include <string>

#include "core/error.h"

namespace tnn {

/// Closes an HDF5 identifier (hid_t is a 64-bit integer) at the end of its scope; SystemError where the call that made it failed.
class Hdf5Handle {
 public:
  Hdf5Handle(int64_t id, int (*close)(int64_t), const std::string& what) : id_(id), close_(close) {
    if (id < 0) throw SystemError("HDF5 cannot " + what);
  }
  ~Hdf5Handle() { close_(id_); }
  Hdf5Handle(const Hdf5Handle&) = delete;
  Hdf5Handle& operator=(const Hdf5Handle&) = delete;
  operator int64_t() const { return id_; }

 private:
  int64_t id_;
  int (*close_)(int64_t);
};

}  // namespace tnn
