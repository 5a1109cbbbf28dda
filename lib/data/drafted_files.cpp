#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include "core/error.h"
#include "core/interruption.h"
#include "data/checksum.h"
#include "data/drafted_card.h"
#include "data/folder_entries.h"
#include "data/pixel_statistics.h"
#include "data/recognised_file.h"

namespace tnn {
namespace fs = std::filesystem;
namespace {

bool contains(const std::string& name, const char* part) { return name.find(part) != std::string::npos; }

/// Whether a file called so, without .gz or .xz, may be of a known format.
bool is_candidate(const std::string& name) {
  const std::string extension = fs::path(name).extension().string();
  return name.front() != '.' && (extension.empty() || extension == ".bin" || contains(extension, "idx") || contains(extension, "ubyte"));
}

/// "train", "test", or "" where the name does not say.
std::string split_of(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (contains(name, "test") || contains(name, "t10k")) return "test";
  return contains(name, "train") || contains(name, "data_batch") ? "train" : "";
}

/// Names, without .gz and .xz, of the files of each split.
std::map<std::string, std::set<std::string>> candidates_in(const fs::path& folder) {
  std::map<std::string, std::set<std::string>> names;
  for (const FolderEntry& entry : folder_entries(folder)) {
    const fs::path file(entry.name);
    const std::string name = file.extension() == ".gz" || file.extension() == ".xz" ? file.stem().string() : entry.name;
    if (entry.kind != FolderEntry::Kind::file || name.empty() || !is_candidate(name)) continue;
    if (const std::string split = split_of(name); !split.empty()) names[split].insert(name);
  }
  return names;
}

/// Reads the files of a folder, one at a time, into a card.
class FolderDraft {
 public:
  explicit FolderDraft(const fs::path& folder) : folder_(folder) {}

  void read(const std::string& split, const std::string& name) {
    SourceBytes source = read_source(find_source(folder_, name).value());
    DatasetFile file{name, FileContent::records, static_cast<int64_t>(source.bytes.size()), 0, "", sha256_hex(source.bytes)};
    RecognisedFile contents;
    if (!recognise_file(std::move(source), contents)) {
      unknown_.push_back(name);
      return;
    }
    if (contents.count == 0) throw DataError(fmt::format("{}: holds no image and no label", (folder_ / name).string()));
    check_format(contents, name);
    for (const int label : contents.images.labels) classes_ = std::max(classes_, static_cast<size_t>(label) + 1);
    if (!contents.images.images.pixels.empty()) add_images(split, contents.images.images, name);
    file.holds = contents.holds;
    file.images = contents.count;
    (split == "train" ? draft_.card.train : draft_.card.test).files.push_back(std::move(file));
  }

  /// Names of the files that are of no known format.
  const std::vector<std::string>& unknown() const { return unknown_; }

  /// Nothing where no file was of a known format.
  std::optional<DraftedCard> finish() {
    if (first_.empty()) return std::nullopt;
    for (const std::string& name : unknown_) draft_.notes.push_back(fmt::format("'{}' is left out: of no known format", name));
    for (const auto& [split, which] : {std::pair{&draft_.card.train, "train"}, std::pair{&draft_.card.test, "test"}})
      check_split(*split, which);
    name_classes();
    const PixelStatistics statistics = sums_.statistics();
    draft_.card.mean.assign(statistics.mean.begin(), statistics.mean.end());
    draft_.card.std.assign(statistics.std.begin(), statistics.std.end());
    draft_.statistics = fmt::format("all {} training images, each pixel once", draft_.card.train.images());
    return std::move(draft_);
  }

 private:
  void check_format(const RecognisedFile& contents, const std::string& name) {
    DatasetCard& card = draft_.card;
    if (first_.empty()) {
      card.format = contents.format;
      first_ = name;
    } else if (contents.format != card.format) {
      const auto& names = dataset_format_names();
      throw DataError(fmt::format("{}: has files of two formats: '{}' is {}, '{}' is {}; a data set has one", folder_.string(), first_,
                                  names[static_cast<size_t>(card.format)], name, names[static_cast<size_t>(contents.format)]));
    }
  }

  void add_images(const std::string& split, const ImageSet& images, const std::string& name) {
    DatasetCard& card = draft_.card;
    if (card.channels == 0) card.channels = images.channels, card.height = images.height, card.width = images.width;
    if (card.height != images.height || card.width != images.width)
      throw DataError(fmt::format("{}: its images are {} x {}, those of the files before it {} x {}", (folder_ / name).string(),
                                  images.height, images.width, card.height, card.width));
    if (split == "train") sums_.add(images);
  }

  /// Images and labels of an IDX split, in this order.
  void check_split(DatasetSplit& split, const char* which) const {
    std::stable_sort(split.files.begin(), split.files.end(), [](const auto& a, const auto& b) { return a.holds < b.holds; });
    std::vector<std::string> names;
    for (const DatasetFile& file : split.files) names.push_back(file.name);
    const std::string found = names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "));
    if (names.empty())
      throw DataError(fmt::format("{}: '{}' is of a known format, but no file is for the {} split (a name with {})", folder_.string(),
                                  first_, which, std::string(which) == "train" ? "'train' or 'data_batch'" : "'test' or 't10k'"));
    if (draft_.card.format != DatasetFormat::idx) return;
    if (split.files.size() != 2 || split.files[0].holds != FileContent::images || split.files[1].holds != FileContent::labels)
      throw DataError(
          fmt::format("{}: the {} split needs one IDX file of images and one of labels; found: {}", folder_.string(), which, found));
    if (split.files[0].images != split.files[1].images)
      throw DataError(fmt::format("{}: '{}' has {} images, '{}' {} labels", folder_.string(), names[0], split.files[0].images, names[1],
                                  split.files[1].images));
  }

  void name_classes() {
    draft_.card.classes = class_names_beside(folder_, draft_.card.format);
    const std::set<std::string> distinct(draft_.card.classes.begin(), draft_.card.classes.end());
    const bool fit =
        draft_.card.classes.size() >= classes_ && distinct.size() == draft_.card.classes.size() && distinct.size() <= kMostClasses;
    if (fit && !distinct.count("")) return;
    draft_.card.classes = numbered_classes(classes_);
    draft_.notes.push_back(fmt::format("the {} classes are called by their numbers: their names can be put into the card", classes_));
  }

  fs::path folder_;
  DraftedCard draft_;
  PixelSums sums_;
  std::vector<std::string> unknown_;
  std::string first_;  ///< name of the first file of a known format
  size_t classes_ = 0;
};

}  // namespace

std::optional<DraftedCard> draft_files(const fs::path& folder, Progress& progress, std::vector<std::string>& unknown) {
  const auto names = candidates_in(folder);
  if (names.empty()) return std::nullopt;
  int64_t done = 0, total = 0;
  for (const auto& [split, files] : names) total += static_cast<int64_t>(files.size());
  FolderDraft draft(folder);
  progress.begin("read " + folder.filename().string(), total, "files");
  for (const auto& [split, files] : names)
    for (const std::string& name : files) {
      stop_if_interrupted();
      draft.read(split, name);
      progress.advance(++done, {});
    }
  progress.end();
  unknown = draft.unknown();
  return draft.finish();
}

}  // namespace tnn
