#include "data/packed_samples.h"

#include <fmt/format.h>

#include <unordered_map>

#include "data/checksum.h"
#include "data/encoded_samples.h"
#include "data/image_folder.h"
#include "data/packed_annotations.h"
#include "data/packed_trial.h"
#include "formats/hdf5/hdf5_library.h"

namespace tnn {
namespace {

/// Before memory is taken for them.
void check_sizes(const PackedFile& file, const std::string& split) {
  const auto size = [&](const char* list) { return file.size(split + list); };
  const int64_t images = size("/ends"), labels = size("/labels"), names = size("/names"), checksums = size("/checksums");
  if (file.has(split + kClipEnds)) {
    const int64_t clips = size(kClipEnds);
    if (labels != clips || names != clips || checksums != images)
      file.fail(fmt::format("split '{}': {} clips, {} labels and {} names; {} frames and {} checksums", split, clips, labels, names, images,
                            checksums));
  } else if (labels != images || names != images || checksums != images) {
    file.fail(fmt::format("split '{}': {} images, {} labels, {} names and {} checksums", split, images, labels, names, checksums));
  }
}

void check_kind(const PackedFile& file, const std::string& split, PackedSamples::Kind kind) {
  using Kind = PackedSamples::Kind;
  const bool boxes = file.has(split + "/" + kObjectEnds);
  const Kind found = file.has(split + kClipEnds) ? Kind::clips : boxes ? Kind::boxes : Kind::images;
  if (found == kind) return;
  if (found == Kind::boxes) file.fail("it holds images with boxes: for a data set of detection (voc2007, coco2017, voc_folder)");
  if (found == Kind::clips)
    file.fail(kind == Kind::images ? "it holds clips, not images: for a data set of clips (jester, clip_folder)"
                                   : "it holds clips, not images with boxes: for a data set of clips (jester, clip_folder)");
  file.fail(kind == Kind::clips ? "it holds images, not clips: for an image folder (imagenet, image_folder)"
                                : "it holds images without boxes: for an image folder (imagenet, image_folder)");
}

/// Each clip has a frame, and each frame is of one.
void check_clip_ends(const PackedFile& file, const std::string& split, const std::vector<int64_t>& ends, size_t frames) {
  int64_t last = 0;
  bool ascending = true;
  for (const int64_t end : ends) {
    ascending = ascending && end > last;
    last = end;
  }
  if (!ascending || last != static_cast<int64_t>(frames))
    file.fail(fmt::format("'{}{}' do not ascend from 1 to {}, the number of frames", split, kClipEnds, frames));
}

}  // namespace

PackedSamples::PackedSamples(const std::filesystem::path& path, const std::string& split, Kind kind)
    : path_(path.string() + ":" + split + "/") {
  const auto lock = lock_hdf5();
  try_unsealed_file(path);
  auto file = std::make_unique<PackedFile>(path);  // no member yet: where this throws, it is closed before the lock is let go
  if (!file->has(split)) throw DataError(fmt::format("{}: it has no split '{}'", path.string(), split));
  check_kind(*file, split, kind);
  check_sizes(*file, split);
  auto images = std::make_unique<PackedSplit>(*file, split);
  names_ = file->texts(split + "/names");
  labels_ = file->integers(split + "/labels");
  if (kind == Kind::clips) {
    clip_ends_ = file->integers(split + kClipEnds);
    check_clip_ends(*file, split, clip_ends_, images->size());
  }
  const std::vector<int64_t> checksums = file->integers(split + "/checksums");
  checksums_.assign(checksums.begin(), checksums.end());
  classes_ = file->texts("classes");
  file_ = std::move(file);
  images_ = std::move(images);
}

PackedSamples::~PackedSamples() {
  const auto lock = lock_hdf5();
  images_.reset();
  file_.reset();
}

void PackedSamples::choose_evenly(int64_t limit) {
  chosen_ = limited(labels_.size(), limit);
  labels_ = {};
}

std::vector<int> PackedSamples::class_numbers(const std::vector<std::string>& known) const {
  std::unordered_map<std::string, int> numbers;
  for (size_t i = 0; i < known.size(); ++i) numbers.emplace(known[i], static_cast<int>(i));
  std::vector<int> classes;  // of the card
  for (const std::string& name : classes_) {
    const auto found = numbers.find(name);
    if (found == numbers.end())
      throw DataError(fmt::format("{}: '{}' is none of the {} classes of the data set", path_, name, known.size()));
    classes.push_back(found->second);
  }
  return classes;
}

std::vector<int> PackedSamples::choose(const std::vector<std::string>& known, int64_t limit) {
  const std::vector<int> classes = class_numbers(known);
  for (size_t i = 0; i < labels_.size(); ++i)
    if (labels_[i] < 0 || labels_[i] >= static_cast<int64_t>(classes.size()))
      throw DataError(fmt::format("{}{}: its label is {}, but the file has {} classes", path_, names_[i], labels_[i], classes.size()));
  chosen_ = limited(labels_.size(), limit);
  std::vector<int> labels;
  for (const size_t i : chosen_) labels.push_back(classes[static_cast<size_t>(labels_[i])]);
  labels_ = {};
  return labels;
}

size_t PackedSamples::first_file(size_t place) const {
  if (clip_ends_.empty()) return place;
  return place == 0 ? 0 : static_cast<size_t>(clip_ends_.at(place - 1));
}

size_t PackedSamples::files(size_t sample) const {
  const size_t place = chosen_.at(sample);
  return first_file(place + 1) - first_file(place);
}

void PackedSamples::read(size_t sample, size_t file, std::vector<uint8_t>& bytes) const {
  const size_t place = chosen_.at(sample), index = first_file(place) + file;
  try {
    images_->read(index, bytes);
  } catch (const Hdf5Error& error) {
    throw DataError(fmt::format("{}{}: {} (the packed file is damaged)", path_, names_[place], error.what()));
  }
  const uint32_t found = crc32_of(bytes);
  if (found != checksums_.at(index))
    throw DamagedImage(fmt::format("other bytes than were packed (CRC-32 {:08x}, expected {:08x})", found, checksums_[index]));
}

}  // namespace tnn
