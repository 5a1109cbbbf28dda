#include "data/image_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <numeric>
#include <system_error>

#include "core/error.h"
#include "core/random_stream.h"
#include "data/file_bytes.h"
#include "data/image_list.h"

namespace tnn {
namespace fs = std::filesystem;
namespace {

/// Of a symbolic link that leads nowhere what it holds.
std::optional<std::string> missing_target(const fs::path& path) {
  std::error_code error;
  if (!fs::is_symlink(path, error) || fs::exists(path, error)) return std::nullopt;
  if (error && error != std::errc::too_many_symbolic_link_levels) return std::nullopt;  // a folder that may not be searched
  return fs::read_symlink(path, error).string();
}

/// Images in files below one folder; their names in one piece of memory, as there may be millions.
class ImageFiles : public EncodedImages {
 public:
  explicit ImageFiles(fs::path folder) : folder_(std::move(folder)) {}
  void add(std::string_view name) {
    names_ += name;
    ends_.push_back(names_.size());
  }
  std::string name(size_t index) const override { return path(index).string(); }
  void read(size_t index, std::vector<uint8_t>& bytes) const override {
    try {
      read_file_bytes(path(index), bytes);
    } catch (const DataError&) {
      if (const auto target = missing_target(path(index)))
        throw DamagedImage(fmt::format("a link to '{}', which leads to no file", *target));
      throw;
    }
  }

 private:
  fs::path path(size_t index) const {
    const size_t begin = index == 0 ? 0 : ends_.at(index - 1);
    return folder_ / std::string_view(names_).substr(begin, ends_.at(index) - begin);
  }

  fs::path folder_;
  std::string names_;
  std::vector<size_t> ends_;
};

bool is_image_name(const fs::path& name) {
  std::string extension = name.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return extension == ".jpeg" || extension == ".jpg" || extension == ".png";
}

template <typename Wanted>
std::vector<std::string> sorted_entries(const fs::path& folder, Wanted wanted) {
  std::vector<std::string> names;
  try {
    for (const auto& entry : fs::directory_iterator(folder))
      if (const auto name = entry.path().filename(); name.native().front() != '.' && wanted(entry)) names.push_back(name.string());
  } catch (const fs::filesystem_error& error) {
    throw DataError(fmt::format("cannot list '{}': {}", folder.string(), error.code().message()));
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> image_names(const fs::path& folder) {
  return sorted_entries(folder, [](const fs::directory_entry& entry) {
    return is_image_name(entry.path()) && ((entry.is_symlink() && missing_target(entry.path())) || entry.is_regular_file());
  });
}

struct LabelledNames {
  std::vector<std::string> names;  ///< relative to the split's folder
  std::vector<int> labels;
};

LabelledNames read_class_folders(const DatasetCard& card, const fs::path& folder, const std::vector<std::string>& folders) {
  LabelledNames found;
  for (const std::string& name : folders) {
    const auto known = std::lower_bound(card.class_folders.begin(), card.class_folders.end(), name);
    if (known == card.class_folders.end() || *known != name)
      throw DataError(fmt::format("{}: this folder is none of the {} classes of '{}' (for classes of your own: data.name image_folder)",
                                  (folder / name).string(), card.class_folders.size(), card.name));
    for (const std::string& image : image_names(folder / name)) {
      found.names.push_back(name + "/" + image);
      found.labels.push_back(static_cast<int>(known - card.class_folders.begin()));
    }
  }
  return found;
}

LabelledNames read_flat_folder(const DatasetCard& card, const fs::path& data_folder, const fs::path& folder, const DatasetSplit& split) {
  LabelledNames found;
  found.names = image_names(folder);
  if (found.names.empty()) return found;
  for (const fs::path& place : {data_folder, folder})
    for (const std::string& list : split.lists) {
      std::error_code ignored;
      if (!fs::is_regular_file(place / list, ignored)) continue;
      found.labels = read_image_list(place / list, found.names, card.class_folders);
      return found;
    }
  throw DataError(
      fmt::format("{}: {} images lie in this folder itself, not in class folders; a list of their labels is looked for here and in {}: {}",
                  folder.string(), found.names.size(), data_folder.string(), fmt::join(split.lists, ", ")));
}

}  // namespace

std::optional<fs::path> split_folder(const fs::path& folder, const DatasetSplit& split) {
  std::error_code ignored;
  for (const std::string& name : split.folders)
    if (fs::is_directory(folder / name, ignored)) return folder / name;
  return std::nullopt;
}

std::vector<std::string> class_folders(const fs::path& split_folder) {
  return sorted_entries(split_folder, [](const fs::directory_entry& entry) {
    return (!entry.is_symlink() || !missing_target(entry.path())) && entry.is_directory();
  });
}

std::vector<std::string> empty_class_folders(const DatasetCard& card, const fs::path& split_folder, const std::vector<int>& labels) {
  const auto counts = count_classes(labels, card.class_folders.size());
  std::vector<std::string> empty = sorted_entries(split_folder, [](const fs::directory_entry& entry) {
    return !is_image_name(entry.path()) && entry.is_symlink() && missing_target(entry.path());
  });
  for (const std::string& name : class_folders(split_folder)) {
    const auto known = std::lower_bound(card.class_folders.begin(), card.class_folders.end(), name);
    if (known != card.class_folders.end() && *known == name && counts[static_cast<size_t>(known - card.class_folders.begin())] == 0)
      empty.push_back(name);
  }
  return empty;
}

std::vector<size_t> limited(size_t count, int64_t limit) {
  std::vector<size_t> chosen(count);
  std::iota(chosen.begin(), chosen.end(), size_t{0});
  if (limit <= 0 || static_cast<size_t>(limit) >= count) return chosen;
  // Every k-th of a list that is sorted by class keeps the proportions.
  std::vector<size_t> few;
  const auto asked = static_cast<size_t>(limit);
  for (size_t i = 0; i < asked; ++i) few.push_back(i * count / asked);
  return few;
}

ImageSet read_image_folder(const DatasetCard& card, const fs::path& data_folder, const DatasetSplit& split, int64_t limit) {
  const auto folder = split_folder(data_folder, split);
  if (!folder) throw DataError(fmt::format("{}: no folder {}", data_folder.string(), fmt::join(split.folders, " or ")));
  const auto folders = class_folders(*folder);
  const LabelledNames found =
      folders.empty() ? read_flat_folder(card, data_folder, *folder, split) : read_class_folders(card, *folder, folders);
  if (found.names.empty()) throw DataError(fmt::format("{}: no image (.jpeg, .jpg or .png) in it", folder->string()));
  auto files = std::make_shared<ImageFiles>(*folder);
  ImageSet set;
  set.channels = card.channels;
  set.class_names = card.classes;
  for (const size_t i : limited(found.names.size(), limit)) {
    files->add(found.names[i]);
    set.labels.push_back(found.labels[i]);
  }
  set.encoded = std::move(files);
  return set;
}

}  // namespace tnn
