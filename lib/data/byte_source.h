#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "data/decompression.h"

namespace tnn {

/// A file's content after decompression, and where it came from (for messages: offsets are those of the decompressed content).
struct SourceBytes {
  std::filesystem::path path;
  std::vector<uint8_t> bytes;
};

/// Where the file `name` is in `folder`: plain, else with .gz, else with .xz; nothing where there is none of them. Names of IDX files may
/// have a dot in place of the hyphen: train-images.idx3-ubyte.
std::optional<std::filesystem::path> find_source(const std::filesystem::path& folder, const std::string& name);

/// Most bytes of a file of which nothing is known.
constexpr size_t kMostSourceBytes = size_t{1} << 30;

/// The whole file, decompressed where its name ends in .gz or .xz (see gzip_content, xz_content). DataError, naming the file, where it
/// cannot be read, is damaged, or has more bytes than the limit.
SourceBytes read_source(const std::filesystem::path& path, ContentLimit limit = {kMostSourceBytes, false});

}  // namespace tnn
