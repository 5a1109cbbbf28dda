#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "formats/pretrained/pickle.h"

namespace tnn {

/// An array of bytes (uint8), row-major.
struct NumpyBytes {
  std::vector<int64_t> shape;
  std::string bytes;
};

/// Globals that a pickle of NumPy arrays refers to, as Python 2 and 3 write it.
const std::vector<std::string>& numpy_globals();

/// The array that a value of a pickle is; DataError where it is none, not of uint8, or has another size than its shape says.
NumpyBytes numpy_bytes(const PickleValue& value, const std::string& file);

}  // namespace tnn
