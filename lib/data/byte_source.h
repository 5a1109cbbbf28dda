#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tnn {

/// A file's content after decompression, and where it came from (for messages: offsets are those of the decompressed content).
struct SourceBytes {
  std::filesystem::path path;
  std::vector<uint8_t> bytes;
};

/// Where the file `name` is in `folder`: plain, else with .gz, else with .xz; nothing where there is none of them.
std::optional<std::filesystem::path> find_source(const std::filesystem::path& folder, const std::string& name);

/// The whole file, decompressed where its name ends in .gz (zlib, also several members) or .xz (liblzma).
/// `expected_bytes`: the decompressed size where it is known, only to allocate once; 0: not known.
/// DataError, naming the file, where it cannot be read or its stream is cut off, damaged or followed by something else.
SourceBytes read_source(const std::filesystem::path& path, size_t expected_bytes = 0);

}  // namespace tnn
