#include "data/dataset.h"

#include <fmt/format.h>

#include "core/error.h"
#include "data/annotated_images.h"
#include "data/cifar_pickle.h"
#include "data/cifar_reader.h"
#include "data/clip_folder.h"
#include "data/idx_reader.h"
#include "data/image_folder.h"
#include "data/jester.h"
#include "data/packed_annotated.h"
#include "data/packed_clips.h"
#include "data/packed_images.h"
#include "data/parallel.h"

namespace tnn {
namespace fs = std::filesystem;
namespace {

SourceBytes read_dataset_file(const DatasetFile& file, const fs::path& folder) {
  const auto path = find_source(folder, file.name);
  if (!path) throw DataError(fmt::format("{}: no such file (nor a .gz or .xz of it)", (folder / file.name).string()));
  SourceBytes source = read_source(*path, file.limit());
  if (file.bytes > 0 && static_cast<int64_t>(source.bytes.size()) != file.bytes)
    throw DataError(fmt::format("{}: byte {}: expected {} decompressed bytes, found {}", path->string(),
                                std::min(file.bytes, static_cast<int64_t>(source.bytes.size())), file.bytes, source.bytes.size()));
  return source;
}

/// The leading files that hold the first `limit` images; 0: all files.
std::vector<DatasetFile> files_needed(const DatasetCard& card, const DatasetSplit& split, int64_t limit) {
  if (limit <= 0 || card.format == DatasetFormat::idx) return split.files;
  std::vector<DatasetFile> needed;
  int64_t images = 0;
  for (const auto& file : split.files) {
    if (images >= limit) break;
    needed.push_back(file);
    images += file.images;
  }
  return needed;
}

ImageSet parse_idx_split(const DatasetCard& card, std::vector<SourceBytes> sources, int64_t limit) {
  const fs::path path = sources[0].path;
  LabelledImages set = parse_idx(std::move(sources[0]), sources[1], card.classes);
  check_image_size(card, set.images, path);
  if (limit > 0 && limit < set.size()) {
    set.labels.resize(static_cast<size_t>(limit));
    set.images.pixels.resize(set.labels.size() * set.images.image_bytes());
    set.images.pixels.shrink_to_fit();
  }
  return with_targets(std::move(set));
}

ImageSet load_encoded_split(const DatasetCard& card, const fs::path& location, const std::string& split, int64_t limit) {
  if (card.has_boxes())
    return is_packed(location) ? read_packed_annotated(card, location, split, limit)
                               : read_annotated_images(card, location, card.split(split), limit);
  if (is_packed(location)) return (card.has_clips() ? read_packed_clips : read_packed_images)(card, location, split, limit);
  if (card.format == DatasetFormat::jester) return read_jester(card, location, split, limit);
  return (card.has_clips() ? read_clip_folder : read_image_folder)(card, location, card.split(split), limit);
}

}  // namespace

void check_image_size(const DatasetCard& card, const ImageSet& set, const fs::path& path) {
  if (set.height != card.height || set.width != card.width)
    throw DataError(fmt::format("{}: byte 8: expected images of {} x {}, found {} x {}", path.string(), card.height, card.width, set.height,
                                set.width));
}

ImageSet parse_split(const DatasetCard& card, std::vector<SourceBytes> sources, int64_t limit) {
  if (card.format == DatasetFormat::idx) return parse_idx_split(card, std::move(sources), limit);
  const bool ten = card.format == DatasetFormat::cifar10 || card.format == DatasetFormat::cifar10_python;
  const bool pickled = card.format == DatasetFormat::cifar10_python || card.format == DatasetFormat::cifar100_python;
  const auto layout = ten ? CifarLayout::cifar10 : CifarLayout::cifar100;
  LabelledImages set{{}, {}, card.classes};
  size_t records = 0;
  for (const auto& source : sources) records += source.bytes.size() / cifar_record_bytes(layout);
  if (limit <= 0) set.images.pixels.reserve(records * cifar_record_bytes(layout));
  for (auto& source : sources) {
    if (limit > 0 && set.size() >= limit) break;
    (pickled ? append_cifar_pickle : append_cifar)(source, layout, limit > 0 ? limit - set.size() : 0, set);
    source.bytes = {};
  }
  return with_targets(std::move(set));
}

ImageSet load_split(const DatasetCard& card, const fs::path& folder, const std::string& split, int64_t limit) {
  if (limit < 0) throw UsageError(fmt::format("limit {}: allowed 0 (all images) or more", limit));
  if (card.is_encoded()) return load_encoded_split(card, folder, split, limit);
  const std::vector<DatasetFile> files = files_needed(card, card.split(split), limit);
  std::vector<SourceBytes> sources(files.size());
  for_each_in_parallel(files.size(), static_cast<int>(files.size()), [&](size_t i) { sources[i] = read_dataset_file(files[i], folder); });
  return parse_split(card, std::move(sources), limit);
}

}  // namespace tnn
