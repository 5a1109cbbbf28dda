#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace tnn {

/// Most bytes of one image file, against what is none.
constexpr uint64_t kMostImageBytes = uint64_t{1} << 29;

/// The whole image file into a buffer that is used again and again. DataError with path and reason where it cannot be read; DamagedImage
/// where it has more than kMostImageBytes.
void read_file_bytes(const std::filesystem::path& path, std::vector<uint8_t>& bytes);

}  // namespace tnn
