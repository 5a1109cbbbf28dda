#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/progress.h"
#include "data/dataset_card.h"
#include "data/image_set.h"

namespace tnn {

/// Image folders packed into one HDF5 file, for file systems on which a million small files are slow. The images stay encoded:
///
///     /classes                  text [K]: class folders, sorted        attributes of the file: format, version, dataset
///     /<split>/bytes            uint8 [bytes]: the files, one after another
///     /<split>/ends             int64 [N]: where in them each image ends
///     /<split>/labels           int64 [N]: index into /classes
///     /<split>/names            text [N]: <class folder>/<file>
///     /<split>/checksums        uint32 [N]: CRC-32 of the image's bytes
///
/// with the splits train and test, of which one may be missing. Images with boxes: see packed_annotated.h. HDF5 has one lock for the
/// process: one thread at a time reads the bytes of one image, and decodes them when it has let others in.

/// The class folders of a packed file. DataError where it is none.
std::vector<std::string> packed_classes(const std::filesystem::path& file);

/// The images of a split, read when they are needed. Labels are indices into card.class_folders, which must have the file's classes.
/// `limit` as of read_image_folder. DataError where the file is damaged, of another kind or without the split.
ImageSet read_packed_images(const DatasetCard& card, const std::filesystem::path& file, const std::string& split, int64_t limit = 0);

struct PackedCount {
  int64_t images = 0, bytes = 0;
};
/// Writes the splits that are in `folder` into `file`, which appears whole or not at all. Each image is decoded once to see that it is
/// sound; `damaged` says what becomes of those that are not (skip: they are left out and in `damage`). `workers` threads read and decode.
/// Class folders without an image are messages of `progress`.
PackedCount pack_images(const DatasetCard& card, const std::filesystem::path& folder, const std::filesystem::path& file,
                        DamagePolicy damaged, int workers, DamageLog& damage, Progress& progress);

}  // namespace tnn
