#pragma once

#include <cstdint>
#include <string>

#include "core/error.h"

namespace tnn {

/// HDF5 refused: the disk is full where it writes, the file is damaged where it reads. Who knows which, and the file's name, says so.
struct Hdf5Error : SystemError {
  explicit Hdf5Error(const std::string& what) : SystemError("HDF5 cannot " + what) {}
};

/// Closes an HDF5 identifier (hid_t is a 64-bit integer) at the end of its scope; Hdf5Error where the call that made it failed.
class Hdf5Handle {
 public:
  Hdf5Handle(int64_t id, int (*close)(int64_t), const std::string& what) : id_(id), close_(close) {
    if (id < 0) throw Hdf5Error(what);
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
