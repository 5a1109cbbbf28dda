#include "data/drafted_card.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.h"
#include "core/utf8.h"
#include "data/dataset.h"
#include "data/display_name.h"
#include "data/image_folder.h"
#include "data/pixel_statistics.h"

namespace tnn {
namespace fs = std::filesystem;
namespace {

const std::vector<std::string> kTrainFolders{"train", "training"};
const std::vector<std::string> kTestFolders{"val", "valid", "validation", "test", "testing"};

std::vector<std::string> folders_there(const fs::path& location, const std::vector<std::string>& names) {
  std::vector<std::string> there;
  std::error_code ignored;
  for (const std::string& name : names)
    if (fs::is_directory(location / name, ignored)) there.push_back(name);
  return there;
}

/// Files with the labels of a split without class folders, where there are some.
std::vector<std::string> lists_there(const fs::path& location, const std::string& split) {
  if (!class_folders(location / split).empty()) return {};
  std::vector<std::string> there;
  std::error_code ignored;
  for (const std::string& name :
       {split + ".txt", std::string("imagenet_2012_validation_synset_labels.txt"), std::string("LOC_val_solution.csv")})
    if (fs::is_regular_file(location / name, ignored) || fs::is_regular_file(location / split / name, ignored)) there.push_back(name);
  return there;
}

/// Names the folders of the splits; false where there is none.
bool find_splits(const fs::path& location, DraftedCard& draft) {
  const auto train = folders_there(location, kTrainFolders), test = folders_there(location, kTestFolders);
  if (train.empty() && test.empty()) return false;
  if (train.empty() || test.empty())
    throw DataError(fmt::format("{}: has the folder {}, but none that is called {}: a data set has images to train and images to test",
                                location.string(), (train.empty() ? test : train).front(),
                                fmt::join(train.empty() ? kTrainFolders : kTestFolders, " or ")));
  draft.card.train.folders = {train.front()};
  draft.card.test.folders = {test.front()};
  draft.card.test.lists = lists_there(location, test.front());
  for (size_t i = 1; i < test.size(); ++i)
    draft.notes.push_back(fmt::format("the card's test images are those of {}/; {}/ is there, too (splits.test.folders names another)",
                                      test.front(), test[i]));
  return true;
}

/// The class folders become those of the card, where YAML can say their names.
void fix_classes(DraftedCard& draft) {
  const auto& folders = draft.card.class_folders;
  draft.card.classes_on_disk = !std::all_of(folders.begin(), folders.end(), [](const auto& name) { return is_utf8(name); });
  if (draft.card.classes_on_disk)
    draft.notes.emplace_back("names of class folders are no UTF-8, so the card lists none: the folders on disk are the classes");
}

/// Images in folders within class folders, all numbered, may be meant as clips.
void note_clips(const ImageSet& set, DraftedCard& draft) {
  const auto may_be_frame = [&](size_t i) {
    const fs::path name = set.encoded->name_in_class(i);
    const std::string stem = name.stem().string();
    return name.has_parent_path() && !stem.empty() && stem.back() >= '0' && stem.back() <= '9';
  };
  for (size_t i = 0; i < static_cast<size_t>(set.size()); ++i)
    if (!may_be_frame(i)) return;
  draft.notes.emplace_back(
      "all training images are numbered and lie in folders within the class folders: for clips of such frames the card says format: "
      "clip_folder (docs/clips.md)");
}

void note_damage(const ImageSet& set, DraftedCard& draft) {
  const DamageLog& damage = set.encoded->damage();
  if (damage.count() == 0) return;
  draft.notes.push_back(fmt::format("{} damaged image{} left out of mean and deviation, such as {}: {} (tnn data verify names all)",
                                    damage.count(), damage.count() == 1 ? "" : "s", damage.first().first, damage.first().second));
}

/// Places where data of this name may lie.
std::vector<fs::path> places_of(const std::string& name, const fs::path& data_root) {
  if (is_packed(data_root)) return {data_root};
  return {data_root / name, data_root / (name + ".h5"), data_root};
}

void check_name(const std::string& name) {
  if (name.empty() || name.front() == '.' || name.find('/') != std::string::npos || !is_utf8(name))
    throw UsageError(fmt::format("'{}' cannot be the name of a data set: it is a file's name (no '/', no '.' in front)", name));
}

/// Standard deviations that a card can have; one of 0 would be divided by.
void mend_deviations(DraftedCard& draft) {
  for (float& deviation : draft.card.std)
    if (!(deviation > 0)) {
      deviation = 1;
      draft.notes.emplace_back("a channel has one value in all pixels: its deviation is 0, the card says 1");
    }
}

constexpr const char* kRecognised =
    "\nrecognised are:"
    "\n  images of any size: <folder>/train/<class>/*.jpg and <folder>/val/<class>/*.jpg (or validation, test; .png, too), or a file of "
    "tnn "
    "data pack"
    "\n  (clips, folders of numbered frames, get a card by hand: a copy of that of jester or clip_folder, see docs/clips.md)"
    "\n  IDX files: images and labels of unsigned bytes, plain, .gz or .xz; 'train' in the names of one pair, 'test' or 't10k' in the "
    "other's"
    "\n  CIFAR files: records of the binary version (data_batch_1.bin, test_batch.bin; train.bin, test.bin) or batches of the Python "
    "version";

}  // namespace

std::optional<DraftedCard> draft_image_folder(const fs::path& location, int64_t images, Progress& progress) {
  DraftedCard draft;
  draft.card.format = DatasetFormat::image_folder;
  draft.card.channels = 3;
  std::error_code ignored;
  if (is_packed(location)) {
    if (!fs::is_regular_file(location, ignored)) return std::nullopt;
    draft.card.train.folders = {"train"};
    draft.card.test.folders = {"val", "validation", "test"};
  } else if (!find_splits(location, draft)) {
    return std::nullopt;
  }
  draft.card = complete_card(std::move(draft.card), location);
  const ImageSet train = load_split(draft.card, location, "train"), test = load_split(draft.card, location, "test");
  for (const ImageSet* set : {&train, &test})
    if (const LeftOut& left_out = set->encoded->left_out(); !left_out.empty()) draft.notes.push_back(left_out.line());
  draft.card.train.expected_images = train.size();
  draft.card.test.expected_images = test.size();
  note_clips(train, draft);
  const PixelStatistics statistics = decoded_statistics(train, images, progress);
  draft.card.mean.assign(statistics.mean.begin(), statistics.mean.end());
  draft.card.std.assign(statistics.std.begin(), statistics.std.end());
  draft.statistics = fmt::format("{} of {} training images, decoded at their full size, each image counting the same",
                                 limited(static_cast<size_t>(train.size()), images).size(), train.size());
  note_damage(train, draft);
  fix_classes(draft);
  return draft;
}

DraftedCard draft_card(const std::string& name, const fs::path& data_root, int64_t images, Progress& progress) {
  check_name(name);
  std::string looked;
  for (const fs::path& place : places_of(name, data_root)) {
    std::error_code ignored;
    if (!fs::exists(place, ignored)) {
      looked += fmt::format("\n  {}: not there", place.string());
      continue;
    }
    std::optional<DraftedCard> draft = draft_image_folder(place, images, progress);
    std::vector<std::string> unknown;
    if (!draft && fs::is_directory(place, ignored)) draft = draft_files(place, progress, unknown);
    if (!draft) {
      looked += fmt::format("\n  {}: nothing that is recognised{}", place.string(),
                            unknown.empty() ? "" : fmt::format("; {} hold something else", fmt::join(unknown, ", ")));
      continue;
    }
    draft->card.name = draft->card.title = name;
    draft->card.task = "classification";
    draft->card.licence = "fill in: the licence of the data";
    draft->card.source = "fill in: where the data come from, and how they get below the data root";
    draft->card.folders = {name};
    const std::string folder = fs::weakly_canonical(place, ignored).filename().string();
    if (fs::is_directory(place, ignored) && folder != name && is_utf8(folder) && !folder.empty()) draft->card.folders.push_back(folder);
    mend_deviations(*draft);
    return std::move(*draft);
  }
  throw DataError(fmt::format("no data to write a card for; looked in:{}{}", looked, kRecognised));
}

}  // namespace tnn
