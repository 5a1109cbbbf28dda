#pragma once

#include <filesystem>
#include <string>

namespace tnn {

/// The whole file as bytes; DataError where it cannot be read, or is a folder, a device or a FIFO, which are not waited for. A descriptor
/// of this process (/dev/stdin, a shell's <(command)) is read to its end.
std::string read_file(const std::filesystem::path& path);

}  // namespace tnn
