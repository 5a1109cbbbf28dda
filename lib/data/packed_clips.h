#pragma once

#include <filesystem>
#include <string>

#include "core/progress.h"
#include "data/dataset_card.h"
#include "data/image_set.h"
#include "data/packed_images.h"

namespace tnn {

/// Clips packed into one HDF5 file as images are (packed_images.h). The frames stay encoded, those of a clip one after another:
///
///     /<split>/bytes            uint8 [bytes]: the frames' files, clip by clip
///     /<split>/ends             int64 [frames]: where in them each frame ends
///     /<split>/checksums        uint32 [frames]: CRC-32 of the frame's bytes
///     /<split>/clip_ends        int64 [N]: how many frames the clips have up to this one, and with it
///     /<split>/labels           int64 [N]: index into /classes
///     /<split>/names            text [N]: <class>/<clip>

/// The clips of a split, whose frames are read when they are needed. Labels, `limit` and errors as of read_packed_images.
ImageSet read_packed_clips(const DatasetCard& card, const std::filesystem::path& file, const std::string& split, int64_t limit = 0);

struct PackedClipCount {
  int64_t clips = 0, frames = 0, bytes = 0;
};
/// Writes the splits that are in `folder` into `file`, which appears whole or not at all. Each frame is decoded once to see that it is
/// sound and as large as the others of its clip; `damaged` says what becomes of clips that are not sound (skip: they are left out and in
/// `damage`). `workers` threads read and decode. Classes without a clip are messages of `progress`.
PackedClipCount pack_clips(const DatasetCard& card, const std::filesystem::path& folder, const std::filesystem::path& file,
                           DamagePolicy damaged, int workers, DamageLog& damage, Progress& progress);

}  // namespace tnn
