#pragma once

#include <cstddef>
#include <filesystem>
#include <limits>
#include <string>

namespace tnn {

/// The whole file as bytes; DataError where it cannot be read, or is a folder, a device or a FIFO, which are not waited for. A descriptor
/// of this process (/dev/stdin, a shell's <(command)) is read to its end.
/// Of a file that is longer than `most_bytes` no more is read: DataError.
std::string read_file(const std::filesystem::path& path, size_t most_bytes = std::numeric_limits<size_t>::max());

}  // namespace tnn
