#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace tnn {

/// The whole file into a buffer that is used again and again. DataError with path and reason where it cannot be read.
void read_file_bytes(const std::filesystem::path& path, std::vector<uint8_t>& bytes);

}  // namespace tnn
