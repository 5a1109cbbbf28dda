#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "data/input_file.h"

namespace tnn {

/// Content of a file that must not have more than `most` bytes: what would have more is not unpacked further.
struct ContentLimit {
  size_t most = 0;
  bool exact = false;  ///< the content should have as many; memory for them is taken at once
};

/// Most memory that a decoder of .xz may take for its dictionary; xz -9 asks for 65 MiB.
constexpr uint64_t kMostXzMemory = uint64_t{1} << 28;

/// The content of a file as it is, of .gz (zlib, also several members) and of .xz (liblzma), read piece by piece. DataError, naming the
/// file, where its stream is cut off, damaged or followed by something else, and where the content has more bytes than the limit.
std::vector<uint8_t> plain_content(InputFile& file, ContentLimit limit);
std::vector<uint8_t> gzip_content(InputFile& file, ContentLimit limit);
std::vector<uint8_t> xz_content(InputFile& file, ContentLimit limit);

}  // namespace tnn
