#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "core/error.h"

namespace tnn {

/// HDF5 refused: the disk is full where it writes, the file is damaged where it reads. Who knows which, and the file's name, says so.
struct Hdf5Error : SystemError {
  explicit Hdf5Error(const std::string& what) : SystemError("HDF5 cannot " + what) {}
};

/// Closes an HDF5 identifier (hid_t is a 64-bit integer) at the end of its scope; Hdf5Error where the call that made it failed. What was
/// written has arrived only where close() did not throw: the library writes much of it no earlier.
class Hdf5Handle {
 public:
  Hdf5Handle(int64_t id, int (*closing)(int64_t), const std::string& what) : id_(id), close_(closing) {
    if (id < 0) throw Hdf5Error(what);
  }
  ~Hdf5Handle() {
    if (id_ >= 0) close_(id_);
  }
  Hdf5Handle(const Hdf5Handle&) = delete;
  Hdf5Handle& operator=(const Hdf5Handle&) = delete;
  operator int64_t() const { return id_; }
  /// Closes it now; Hdf5Error where that fails.
  void close(const std::string& what) {
    if (close_(std::exchange(id_, -1)) < 0) throw Hdf5Error(what);
  }

 private:
  int64_t id_;
  int (*close_)(int64_t);
};

}  // namespace tnn
