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

/// Reads float32, float64 or uint8. DataError where the file is missing, damaged, or of another type.
NpyArray read_npy(const std::filesystem::path& path);

/// Writes float32, atomically.
void write_npy(const std::filesystem::path& path, const NpyArray& array);

}  // namespace tnn
