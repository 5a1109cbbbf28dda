#include "formats/annotations/coco_results.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <unordered_map>

#include "core/atomic_file.h"
#include "core/error.h"
#include "detection/coco_box.h"
#include "formats/annotations/json_entries.h"

namespace tnn {
namespace {

namespace fs = std::filesystem;

/// What entries may call images and categories.
class ResultNames {
 public:
  explicit ResultNames(const AnnotatedImages& truth) : truth_(truth) {
    for (size_t i = 0; i < truth.images.size(); ++i) {
      image_ids_.emplace(truth.images[i].id, i);
      const fs::path file = truth.images[i].file;
      for (const std::string& name : {file.string(), file.filename().string(), file.stem().string()})
        if (size_t& named = image_names_.try_emplace(name, i).first->second; named != i) named = kSeveral;
    }
    for (size_t i = 0; i < truth.categories.size(); ++i) category_ids_.emplace(category_id(truth, i), static_cast<int>(i));
  }

  size_t image(const JsonEntry& entry) const {
    if (entry.is_text("image_id")) {
      const std::string name = entry.text("image_id");
      const auto found = image_names_.find(name);
      if (found == image_names_.end()) throw entry.fault(fmt::format("'image_id' \"{}\" is none of {}", name, images_text()));
      if (found->second == kSeveral) throw entry.fault(fmt::format("'image_id' \"{}\" names several images (allowed: an id)", name));
      return found->second;
    }
    const int64_t id = entry.integer("image_id");
    const auto found = image_ids_.find(id);
    if (found == image_ids_.end()) throw entry.fault(fmt::format("'image_id' {} is none of {}", id, images_text()));
    return found->second;
  }

  int category(const JsonEntry& entry) const {
    if (entry.is_text("category_id")) {
      const std::string name = entry.text("category_id");
      const auto found = std::find(truth_.categories.begin(), truth_.categories.end(), name);
      if (found == truth_.categories.end()) throw entry.fault(unknown_name_message("category", name, truth_.categories));
      return static_cast<int>(found - truth_.categories.begin());
    }
    const int64_t id = entry.integer("category_id");
    const auto found = category_ids_.find(id);
    if (found == category_ids_.end()) throw entry.fault(fmt::format("'category_id' {} is none of {}", id, categories_text()));
    return found->second;
  }

 private:
  static constexpr size_t kSeveral = static_cast<size_t>(-1);

  std::string images_text() const {
    if (truth_.images.empty()) return "the ground truth's images: it has none";
    const AnnotatedImage &first = truth_.images.front(), &last = truth_.images.back();
    return fmt::format("the ground truth's {} images (id {}, '{}', to id {}, '{}')", truth_.images.size(), first.id, first.file, last.id,
                       last.file);
  }

  std::string categories_text() const {
    std::string text = fmt::format("the ground truth's {} categories", truth_.categories.size());
    for (size_t i = 0; i < std::min<size_t>(truth_.categories.size(), 100); ++i)
      text += fmt::format("{}{} {}", i == 0 ? ": " : ", ", category_id(truth_, i), truth_.categories[i]);
    return text;
  }

  const AnnotatedImages& truth_;
  std::unordered_map<int64_t, size_t> image_ids_;
  std::unordered_map<std::string, size_t> image_names_;
  std::unordered_map<int64_t, int> category_ids_;
};

}  // namespace

DetectionLists read_coco_results(const fs::path& file, const AnnotatedImages& truth) {
  const ResultNames names(truth);
  DetectionLists detections(truth.images.size());
  read_json_list(file, [&](const JsonEntry& entry) {
    const size_t image = names.image(entry);
    const CocoBox box = entry.bbox();
    detections[image].push_back({box_from_coco(box), names.category(entry), entry.number("score"), stated_area(box)});
  });
  return detections;
}

void write_coco_results(const fs::path& path, const AnnotatedImages& truth, const DetectionLists& detections) {
  if (detections.size() != truth.images.size()) throw std::logic_error("write_coco_results: not one list of detections an image");
  AtomicFile file(path);
  const char* before = "[\n";
  for (size_t i = 0; i < detections.size(); ++i)
    for (const Detection& detection : detections[i]) {
      const auto category = static_cast<size_t>(detection.category);
      const CocoBox box = coco_box(detection.box);
      file.write(fmt::format(R"({}{{"image_id": {}, "category_id": {}, "bbox": [{}, {}, {}, {}], "score": {}}})", before,
                             truth.images[i].id, category_id(truth, category), box.x, box.y, box.w, box.h, detection.score));
      before = ",\n";
    }
  file.write(before[0] == '[' ? "[]\n" : "\n]\n");
  file.commit();
}

}  // namespace tnn
