#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "formats/hdf5/hdf5_handle.h"

namespace tnn {

/// HDF5 is not safe from several threads: who calls it holds this lock, also where handles are closed.
std::unique_lock<std::mutex> lock_hdf5();

/// Hdf5Error where a call of HDF5 (herr_t) failed.
void check_hdf5(int status, const std::string& what);

/// A type of text in UTF-8, to be closed by a Hdf5Handle: of `length` bytes with zeros at their end, or, where that is 0, of any length.
int64_t make_hdf5_text_type(size_t length);

/// Writes one value of a type in memory (hid_t) as an attribute of a file, group or dataset.
void write_hdf5_attribute(int64_t object, const std::string& name, int64_t type, const void* value);

}  // namespace tnn
