#include "data/image_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <system_error>

#include "core/error.h"
#include "core/random_stream.h"
#include "data/class_labels.h"
#include "data/display_name.h"
#include "data/file_bytes.h"
#include "data/folder_entries.h"
#include "data/folder_scan.h"
#include "data/image_list.h"

namespace tnn {
namespace fs = std::filesystem;
namespace {

/// Images in files below one folder; their names in one piece of memory, as there may be millions.
class ImageFiles : public EncodedImages {
 public:
  ImageFiles(fs::path folder, bool in_class_folders, LeftOut left_out) : folder_(std::move(folder)), in_class_folders_(in_class_folders) {
    left_out_ = std::move(left_out);
  }
  void add(std::string_view name) {
    names_ += name;
    ends_.push_back(names_.size());
  }
  std::string name(size_t index) const override { return path(index).string(); }
  std::string name_in_class(size_t index) const override {
    const std::string_view name = name_in_split(index);
    return std::string(in_class_folders_ ? name.substr(name.find('/') + 1) : name);
  }
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
  fs::path path(size_t index) const { return folder_ / name_in_split(index); }
  std::string_view name_in_split(size_t index) const {
    const size_t begin = index == 0 ? 0 : ends_.at(index - 1);
    return std::string_view(names_).substr(begin, ends_.at(index) - begin);
  }

  fs::path folder_;
  bool in_class_folders_;
  std::string names_;
  std::vector<size_t> ends_;
};

struct LabelledNames {
  std::vector<std::string> names;  ///< relative to the split's folder
  std::vector<int> labels;
};

/// What to do about a folder of a split that is no class of the card.
std::string advice(const DatasetCard& card, const fs::path& data_folder, const fs::path& folder, const std::string& name) {
  const auto train = split_folder(data_folder, card.train);
  if (!card.classes_on_disk || !train)
    return fmt::format("this folder is none of the {} classes of '{}' (for classes of your own: data.name image_folder)",
                       card.class_folders.size(), card.name);
  constexpr size_t kNamed = 10;
  const auto& all = card.class_folders;
  const std::vector<std::string> first(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(std::min(kNamed, all.size())));
  std::vector<std::string> lacking;
  for (const std::string& known : all)
    if (std::error_code ignored; !fs::is_directory(folder / known, ignored)) lacking.push_back(known);
  std::string text = fmt::format("this folder is no class; the classes are the folders of '{}': {}{}", display_name(train->string()),
                                 display_name(fmt::format("{}", fmt::join(first, ", "))), all.size() > kNamed ? ", ..." : "");
  if (const std::string nearest = nearest_name(name, lacking); !nearest.empty())
    text += fmt::format("; did you mean '{}', which '{}' has not?", display_name(nearest), display_name(folder.string()));
  return text + (text.back() == '?' ? " A" : "; a") + " class has the same name in both";
}

LabelledNames read_class_folders(const DatasetCard& card, const fs::path& data_folder, const fs::path& folder,
                                 const std::vector<std::string>& folders, FolderScan& scan) {
  LabelledNames found;
  for (const std::string& name : folders) {
    const auto known = std::lower_bound(card.class_folders.begin(), card.class_folders.end(), name);
    if (known == card.class_folders.end() || *known != name)
      throw DataError(fmt::format("{}: {}", display_name((folder / name).string()), advice(card, data_folder, folder, name)));
    for (std::string& image : scan.images_of_class(name)) {
      found.names.push_back(std::move(image));
      found.labels.push_back(static_cast<int>(known - card.class_folders.begin()));
    }
  }
  return found;
}

LabelledNames read_flat_folder(const DatasetCard& card, const fs::path& data_folder, const fs::path& folder, const DatasetSplit& split,
                               FolderScan& scan) {
  LabelledNames found;
  found.names = scan.images_without_classes(split.lists);
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

/// Of a card whose classes are the folders of the training images: some may be missing elsewhere.
LeftOut with_empty_classes(LeftOut left_out, const DatasetCard& card, const std::vector<int>& labels) {
  if (!card.classes_on_disk) return left_out;
  const auto counts = count_classes(labels, card.class_folders.size());
  for (size_t i = 0; i < counts.size(); ++i)
    if (counts[i] == 0) left_out.add_empty_class(card.class_folders[i]);
  return left_out;
}

}  // namespace

std::optional<fs::path> split_folder(const fs::path& folder, const DatasetSplit& split) {
  std::error_code ignored;
  for (const std::string& name : split.folders)
    if (fs::is_directory(folder / name, ignored)) return folder / name;
  return std::nullopt;
}

std::vector<std::string> class_folders(const fs::path& split_folder) { return FolderScan(split_folder).class_folders(); }

std::vector<std::string> empty_class_folders(const DatasetCard& card, const fs::path& split_folder, const std::vector<int>& labels) {
  const auto counts = count_classes(labels, card.class_folders.size());
  const FolderScan scan(split_folder);
  std::vector<std::string> empty = scan.broken_links();
  for (const std::string& name : scan.class_folders()) {
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
  FolderScan scan(*folder);
  const auto folders = scan.class_folders();
  const LabelledNames found = folders.empty() ? read_flat_folder(card, data_folder, *folder, split, scan)
                                              : read_class_folders(card, data_folder, *folder, folders, scan);
  if (!folders.empty()) scan.leave_out_beside_classes(split.lists);
  if (found.names.empty()) throw DataError(fmt::format("{}: no image (JPEG or PNG) in it{}", folder->string(), scan.left_out().appended()));
  auto files = std::make_shared<ImageFiles>(*folder, !folders.empty(), with_empty_classes(scan.left_out(), card, found.labels));
  std::vector<int> labels;
  for (const size_t i : limited(found.names.size(), limit)) {
    files->add(found.names[i]);
    labels.push_back(found.labels[i]);
  }
  ImageSet set;
  set.channels = card.channels;
  set.targets = std::make_shared<ClassLabels>(std::move(labels), card.classes);
  set.encoded = std::move(files);
  return set;
}

}  // namespace tnn
