#include "data/dataset_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/error.h"
#include "data/annotated_folder.h"
#include "data/byte_source.h"
#include "data/display_name.h"
#include "data/image_folder.h"
#include "data/jester.h"
#include "data/packed_images.h"

namespace tnn {
namespace fs = std::filesystem;
namespace {

CandidateFolder look_into(const DatasetCard& card, const fs::path& folder) {
  CandidateFolder candidate{folder, false, {}};
  std::error_code ignored;
  candidate.exists = fs::is_directory(folder, ignored);
  for (const auto* split : {&card.train, &card.test})
    for (const auto& file : split->files)
      if (!find_source(folder, file.name)) candidate.missing.push_back(file.name);
  return candidate;
}

constexpr const char* kNoDataRoot =
    "\n  (no data root is given: name the folder that holds the data sets with --data-root or the environment variable TNN_DATA)";

bool ends_with_folder(const fs::path& root, const std::string& folder) {
  fs::path whole = (root / "").lexically_normal();
  return whole.generic_string().ends_with("/" + folder + "/") || whole.generic_string() == folder + "/";
}

/// Whether there is such a folder, or the packed file of another data set, or none is named.
bool is_there(const DataRoot& root) {
  std::error_code ignored;
  return root.folder.empty() || fs::is_directory(root.folder, ignored) || (!root.only && fs::is_regular_file(root.folder, ignored));
}

/// The folders of the card that are looked at beside the data root itself.
std::vector<fs::path> folders_of(const DatasetCard& card, const DataRoot& root) {
  std::vector<fs::path> folders;
  if (!root.folder.empty())
    for (const auto& folder : card.folders)
      if (fs::path(folder).is_relative()) folders.push_back(root.folder / folder);
  if (root.folder.empty() || (!root.only && is_there(root)))
    for (const auto& folder : card.folders)
      if (fs::path(folder).is_absolute()) folders.emplace_back(folder);
  return folders;
}

/// Where folders of images or clips may be, in the order the places count.
std::vector<fs::path> split_folder_places(const DatasetCard& card, const DataRoot& root) {
  if (is_packed(root.folder)) return {root.folder};
  std::vector<fs::path> places;
  const auto add = [&](const fs::path& folder) {
    places.push_back(folder);
    places.push_back(folder / (card.name + ".h5"));
  };
  if (!root.folder.empty()) add(root.folder);
  for (const auto& folder : folders_of(card, root)) add(folder);
  return places;
}

/// What is looked for, in words.
std::string parts_of(const DatasetCard& card) {
  const std::string train = fmt::format("{}", fmt::join(card.train.folders, " or "));
  if (card.format == DatasetFormat::jester)
    return fmt::format("{}, a list of classes ({}) and lists of clips ({}; {})", train, fmt::join(card.label_lists, ", "),
                       fmt::join(card.train.lists, ", "), fmt::join(card.test.lists, ", "));
  if (card.format == DatasetFormat::voc)
    return fmt::format("JPEGImages, Annotations and ImageSets/Main/{}.txt or {}.txt", fmt::join(card.train.lists, ".txt or "),
                       fmt::join(card.test.lists, ".txt or "));
  if (card.format == DatasetFormat::coco)
    return fmt::format("{} and annotations ({}), or {} and annotations ({})", train, fmt::join(card.train.lists, ", "),
                       fmt::join(card.test.folders, " or "), fmt::join(card.test.lists, ", "));
  return fmt::format("{} and {}", train, fmt::join(card.test.folders, " or "));
}

/// Whether a folder holds a split.
bool has_split(const DatasetCard& card, const fs::path& folder) {
  if (card.has_boxes()) return has_annotated_split(card, folder, card.train) || has_annotated_split(card, folder, card.test);
  return split_folder(folder, card.train) || split_folder(folder, card.test);
}

fs::path locate_split_folders(const DatasetCard& card, const DataRoot& root) {
  std::string looked;
  std::error_code ignored;
  for (const fs::path& place : split_folder_places(card, root)) {
    const bool found = is_packed(place) ? fs::is_regular_file(place, ignored) : has_split(card, place);
    if (found) return place;
    looked += fmt::format("\n  {}", place.string());
  }
  if (root.folder.empty()) looked += kNoDataRoot;
  throw DataError(fmt::format("{} is not here; it is a folder with {}, or a file of tnn data pack; looked for:{}\nwhere to get it: {}",
                              card.title, parts_of(card), looked, card.source));
}

}  // namespace

bool is_packed(const fs::path& location) {
  std::error_code ignored;
  return location.extension() == ".h5" && !fs::is_directory(location, ignored);
}

DatasetCard complete_card(DatasetCard card, const fs::path& location) {
  if (!card.is_encoded() || !card.classes.empty()) return card;
  if (is_packed(location)) {
    card.class_folders = packed_classes(location);
  } else if (card.format == DatasetFormat::jester) {
    card.class_folders = jester_classes(card, location);
  } else if (card.has_boxes()) {
    card.class_folders = annotated_classes(card, location);
  } else {
    const auto train = split_folder(location, card.train), test = split_folder(location, card.test);
    card.class_folders = class_folders(train ? *train : *test);
  }
  const char* const kind = card.has_boxes() ? "classes" : "class folders";
  if (card.class_folders.empty()) throw DataError(fmt::format("{}: no {} in it", location.string(), kind));
  std::set<std::string> distinct;
  for (const std::string& folder : card.class_folders) {
    card.classes.push_back(display_name(folder));
    if (!distinct.insert(card.classes.back()).second)
      throw DataError(
          fmt::format("{}: two {} are shown as '{}', one of which is no UTF-8: rename one", location.string(), kind, card.classes.back()));
  }
  card.classes_on_disk = true;
  return card;
}

std::vector<CandidateFolder> candidate_folders(const DatasetCard& card, const DataRoot& root) {
  std::vector<CandidateFolder> candidates;
  if (!root.folder.empty()) {
    CandidateFolder itself = look_into(card, root.folder);
    const bool named = std::any_of(card.folders.begin(), card.folders.end(),
                                   [&](const std::string& folder) { return ends_with_folder(root.folder, folder); });
    if (named || itself.missing.empty()) candidates.push_back(std::move(itself));
  }
  for (const auto& folder : folders_of(card, root)) candidates.push_back(look_into(card, folder));
  return candidates;
}

fs::path locate(const DatasetCard& card, const DataRoot& root) {
  if (card.is_encoded()) return locate_split_folders(card, root);
  std::string looked;
  // A folder that holds some of the files is what the user means: another copy must not quietly take its place.
  bool damaged = false;
  const size_t files_of_card = card.train.files.size() + card.test.files.size();
  for (const auto& candidate : candidate_folders(card, root)) {
    if (candidate.missing.empty() && !damaged) return candidate.folder;
    looked += fmt::format("\n  {}: {}", candidate.folder.string(),
                          candidate.missing.empty() ? "complete, but not the folder that was asked for"
                          : candidate.exists        ? fmt::format("lacks {}", fmt::join(candidate.missing, ", "))
                                                    : "no such folder");
    damaged = damaged || (candidate.exists && candidate.missing.size() < files_of_card);
  }
  if (root.folder.empty()) looked += kNoDataRoot;
  if (!is_there(root))
    looked += fmt::format("\n  (the data root '{}'{} is no folder)", root.folder.string(), root.only ? "" : ", of TNN_DATA,");
  std::string files;
  for (const auto* split : {&card.train, &card.test})
    for (const auto& file : split->files) files += (files.empty() ? "" : ", ") + file.name;
  throw DataError(fmt::format("{} is not here; its files are {} (plain, .gz or .xz); looked in:{}\nwhere to get it: {}", card.title, files,
                              looked, card.source));
}

}  // namespace tnn
