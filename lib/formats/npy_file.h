#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace tnn {

/// An array of a NumPy .npy file, row-major.
struct NpyArray {
  std::vector<int64_t> shape;
  std::vector<float> values;
  bool from_bytes = false;  ///< stored as unsigned bytes: an image that is still to be normalised
};

/// Reads float16, float32, float64, integers of 8 to 64 bits and bool, of either byte order, row by row or column by column. DataError
/// where the file is missing, damaged, claims more than it holds, or is something else or of another type, which it names.
NpyArray read_npy(const std::filesystem::path& path);

/// Writes float32, atomically.
void write_npy(const std::filesystem::path& path, const NpyArray& array);

}  // namespace tnn
