#include "data/dataset_folder.h"

#include <fmt/format.h>

#include "core/error.h"
#include "data/byte_source.h"

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

bool ends_with_folder(const fs::path& root, const std::string& folder) {
  fs::path whole = (root / "").lexically_normal();
  return whole.generic_string().ends_with("/" + folder + "/") || whole.generic_string() == folder + "/";
}

}  // namespace

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
  if (data_root.empty())
    looked += "\n  (no data root is given: name the folder that holds the data sets with --data-root or the environment variable TNN_DATA)";
  std::string files;
  for (const auto* split : {&card.train, &card.test})
    for (const auto& file : split->files) files += (files.empty() ? "" : ", ") + file.name;
  throw DataError(fmt::format("{} is not here; its files are {} (plain, .gz or .xz); looked in:{}\nwhere to get it: {}", card.title, files,
                              looked, card.source));
}

}  // namespace tnn
