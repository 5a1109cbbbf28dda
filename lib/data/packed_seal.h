#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "data/input_file.h"
#include "data/output_file.h"

namespace tnn {

/// Bytes of a file.
struct FileRange {
  uint64_t offset = 0, size = 0;
};

/// The seal of a packed file is its first 512 bytes, which HDF5 leaves to others (the user block):
///
///     tnn packed images, version 3, SHA-256 <64 hexadecimal digits>
///     {"bytes": <size of the file>, "images": [[<offset>, <size>], ...]}
///
/// and bytes of 0. The digest is that of the whole file but for its own digits and the images, each of which has a checksum of its own. It
/// is compared before HDF5 sees the file: the library is no match for damaged ones.
constexpr uint64_t kSealBytes = 512;

/// Writes the seal of a file that is otherwise complete; `images` ascend and do not overlap. SystemError where that fails.
void write_seal(const InputFile& file, OutputFile& out, const std::vector<FileRange>& images);

/// Compares it. Where the images are; nothing where the file begins with HDF5 itself, as those of version 2 do. DataError where it is none
/// of HDF5, was cut off, or has a byte that was not packed so.
std::optional<std::vector<FileRange>> check_seal(const InputFile& file);

}  // namespace tnn
