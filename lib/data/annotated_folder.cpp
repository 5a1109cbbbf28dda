#include "data/annotated_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "core/error.h"
#include "data/class_numbers.h"
#include "data/folder_entries.h"
#include "data/folder_scan.h"
#include "data/image_folder.h"
#include "formats/annotations/coco.h"
#include "formats/annotations/voc.h"
#include "formats/annotations/voc_class_names.h"
#include "formats/annotations/voc_image_set.h"

namespace tnn {
namespace fs = std::filesystem;
namespace {

constexpr const char* kImageFolder = "JPEGImages";

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

/// The card's class of each category of a COCO file; -1 where it is none of them.
std::vector<int> classes_of_categories(const DatasetCard& card, const AnnotatedImages& annotations, const fs::path& file) {
  std::vector<int> classes;
  for (const std::string& name : annotations.categories) {
    const auto known = std::find(card.classes.begin(), card.classes.end(), name);
    const int number = known == card.classes.end() ? -1 : static_cast<int>(known - card.classes.begin());
    if (number >= 0 && std::find(classes.begin(), classes.end(), number) != classes.end())
      throw DataError(fmt::format("'{}': two categories are called '{}'", file.string(), name));
    classes.push_back(number);
  }
  return classes;
}

/// The categories become the card's classes. Those that are none of them may be there as long as no object is one.
void use_classes(const DatasetCard& card, AnnotatedImages& annotations, const fs::path& file) {
  const std::vector<int> classes = classes_of_categories(card, annotations, file);
  for (const AnnotatedImage& image : annotations.images)
    for (const AnnotatedObject& object : image.objects)
      if (const auto category = static_cast<size_t>(object.category); classes[category] < 0)
        throw DataError(fmt::format("'{}': annotation {} of image '{}': {}", file.string(), object.id, image.file,
                                    unknown_name_message("class", annotations.categories[category], card.classes)));
  renumber_classes(classes, card.classes, annotations);
}

/// What a split lacks, in words.
std::string missing(const DatasetCard& card, const fs::path& folder, const DatasetSplit& split) {
  if (!annotated_images_folder(card, folder, split))
    return fmt::format("no folder {}",
                       card.format == DatasetFormat::voc ? kImageFolder : fmt::format("{}", fmt::join(split.folders, " or ")));
  if (card.format == DatasetFormat::voc) return fmt::format("no list ImageSets/Main/{}.txt", fmt::join(split.lists, ".txt or "));
  return fmt::format("no {} in it, in annotations/ or in the folder of images", fmt::join(split.lists, " or "));
}

}  // namespace

std::optional<fs::path> annotated_images_folder(const DatasetCard& card, const fs::path& folder, const DatasetSplit& split) {
  if (card.format == DatasetFormat::coco) return split_folder(folder, split);
  std::error_code ignored;
  if (fs::is_directory(folder / kImageFolder, ignored)) return folder / kImageFolder;
  return std::nullopt;
}

std::optional<fs::path> annotation_list(const DatasetCard& card, const fs::path& folder, const DatasetSplit& split) {
  for (const std::string& name : split.lists) {
    std::vector<fs::path> places{folder / name, folder / "annotations" / name};
    if (card.format == DatasetFormat::voc)
      places = {voc_list_file(folder, name)};
    else if (const auto images = split_folder(folder, split))
      places.push_back(*images / name);
    const auto found = std::find_if(places.begin(), places.end(), is_file);
    if (found != places.end()) return *found;
  }
  return std::nullopt;
}

bool has_annotated_split(const DatasetCard& card, const fs::path& folder, const DatasetSplit& split) {
  return annotated_images_folder(card, folder, split) && annotation_list(card, folder, split);
}

std::vector<std::string> annotated_classes(const DatasetCard& card, const fs::path& folder) {
  for (const DatasetSplit* split : {&card.train, &card.test})
    if (const auto list = annotation_list(card, folder, *split))
      return card.format == DatasetFormat::voc ? voc_class_names(folder, list->stem().string()) : read_coco(*list).categories;
  throw DataError(fmt::format("{}: {}", folder.string(), missing(card, folder, card.train)));
}

void name_by_files(const fs::path& images_folder, const std::vector<std::string>& ids, AnnotatedImages& annotations) {
  std::unordered_set<std::string> names;
  std::unordered_map<std::string, std::string> by_stem;
  for (const FolderEntry& entry : folder_entries(images_folder)) {
    names.insert(entry.name);
    if (is_image_name(entry.name)) by_stem.emplace(fs::path(entry.name).stem().string(), entry.name);
  }
  for (size_t i = 0; i < ids.size(); ++i) {
    AnnotatedImage& image = annotations.images.at(i);
    if (names.count(image.file) && fs::path(image.file).stem() == ids[i]) continue;
    const auto found = by_stem.find(ids[i]);
    image.file = found != by_stem.end() ? found->second : ids[i] + ".jpg";
  }
}

AnnotatedImages read_annotations(const DatasetCard& card, const fs::path& folder, const DatasetSplit& split) {
  if (!has_annotated_split(card, folder, split)) throw DataError(fmt::format("{}: {}", folder.string(), missing(card, folder, split)));
  const fs::path list = *annotation_list(card, folder, split);
  if (card.format == DatasetFormat::coco) {
    AnnotatedImages annotations = read_coco(list);
    use_classes(card, annotations, list);
    return annotations;
  }
  const std::string image_set = list.stem().string();
  AnnotatedImages annotations = read_voc(folder, image_set, card.classes);
  std::vector<std::string> ids;
  for (const ListedImage& image : read_voc_list(folder, image_set)) ids.push_back(image.name);
  name_by_files(*annotated_images_folder(card, folder, split), ids, annotations);
  return annotations;
}

}  // namespace tnn
