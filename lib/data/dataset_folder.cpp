#include "data/dataset_folder.h"

#include <fmt/format.h>

#include "core/error.h"
#include "data/byte_source.h"
#include "data/image_folder.h"
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

/// Where an image folder may be, in the order the places count.
std::vector<fs::path> image_folder_places(const DatasetCard& card, const fs::path& data_root) {
  if (is_packed(data_root)) return {data_root};
  std::vector<fs::path> places;
  const auto add = [&](const fs::path& folder) {
    places.push_back(folder);
    places.push_back(folder / (card.name + ".h5"));
  };
  if (!data_root.empty()) add(data_root);
  for (const auto& folder : card.folders)
    if (fs::path(folder).is_absolute() || !data_root.empty()) add(data_root / folder);
  return places;
}

fs::path locate_image_folder(const DatasetCard& card, const fs::path& data_root) {
  std::string looked;
  std::error_code ignored;
  for (const fs::path& place : image_folder_places(card, data_root)) {
    const bool found =
        is_packed(place) ? fs::is_regular_file(place, ignored) : split_folder(place, card.train) || split_folder(place, card.test);
    if (found) return place;
    looked += fmt::format("\n  {}", place.string());
  }
  if (data_root.empty()) looked += kNoDataRoot;
  throw DataError(
      fmt::format("{} is not here; it is a folder with {} and {}, or a file of tnn data pack; looked for:{}\nwhere to get it: {}",
                  card.title, fmt::join(card.train.folders, " or "), fmt::join(card.test.folders, " or "), looked, card.source));
}

}  // namespace

bool is_packed(const fs::path& location) { return location.extension() == ".h5"; }

DatasetCard complete_card(DatasetCard card, const fs::path& location) {
  if (!card.is_image_folder() || !card.classes.empty()) return card;
  if (is_packed(location)) {
    card.classes = card.class_folders = packed_classes(location);
  } else {
    const auto train = split_folder(location, card.train), test = split_folder(location, card.test);
    card.classes = card.class_folders = class_folders(train ? *train : *test);
  }
  if (card.classes.empty()) throw DataError(fmt::format("{}: no class folder in it", location.string()));
  return card;
}

std::vector<CandidateFolder> candidate_folders(const DatasetCard& card, const fs::path& data_root) {
  std::vector<CandidateFolder> candidates;
  if (!data_root.empty()) {
    for (const auto& folder : card.folders)
      if (ends_with_folder(data_root, folder)) candidates.push_back(look_into(card, data_root));
    for (const auto& folder : card.folders)
      if (fs::path(folder).is_relative()) candidates.push_back(look_into(card, data_root / folder));
  }
  for (const auto& folder : card.folders)
    if (fs::path(folder).is_absolute()) candidates.push_back(look_into(card, folder));
  return candidates;
}

fs::path locate(const DatasetCard& card, const fs::path& data_root) {
  if (card.is_image_folder()) return locate_image_folder(card, data_root);
  std::string looked;
  // A folder that holds some of the files is what the user means: another copy must not quietly take its place.
  bool damaged = false;
  const size_t files_of_card = card.train.files.size() + card.test.files.size();
  for (const auto& candidate : candidate_folders(card, data_root)) {
    if (candidate.missing.empty() && !damaged) return candidate.folder;
    looked += fmt::format("\n  {}: {}", candidate.folder.string(),
                          candidate.missing.empty() ? "complete, but not the folder that was asked for"
                          : candidate.exists        ? fmt::format("lacks {}", fmt::join(candidate.missing, ", "))
                                                    : "no such folder");
    damaged = damaged || (candidate.exists && candidate.missing.size() < files_of_card);
  }
  if (data_root.empty()) looked += kNoDataRoot;
  std::string files;
  for (const auto* split : {&card.train, &card.test})
    for (const auto& file : split->files) files += (files.empty() ? "" : ", ") + file.name;
  throw DataError(fmt::format("{} is not here; its files are {} (plain, .gz or .xz); looked in:{}\nwhere to get it: {}", card.title, files,
                              looked, card.source));
}

}  // namespace tnn
