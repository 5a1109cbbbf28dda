#include "formats/annotations/coco.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <unordered_map>
#include <unordered_set>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/printable.h"
#include "detection/coco_box.h"
#include "formats/annotations/json_entries.h"

namespace tnn {
namespace {

namespace fs = std::filesystem;

int size_of(const JsonEntry& entry, const char* key) {
  if (!entry.has(key)) return 0;
  const int64_t size = entry.integer(key);
  if (size < 0 || size > std::numeric_limits<int>::max()) throw entry.fault(fmt::format("'{}' is {} (allowed: 0 and more)", key, size));
  return static_cast<int>(size);
}

/// What is read of a file. Its lists stand in any order, so annotations wait for images and categories to be known.
class CocoReader {
 public:
  explicit CocoReader(const fs::path& file) : file_(file) {}

  AnnotatedImages read() {
    read_json_lists(file_, {{"images", [this](const JsonEntry& entry) { add_image(entry); }},
                            {"annotations", [this](const JsonEntry& entry) { add_annotation(entry); }},
                            {"categories", [this](const JsonEntry& entry) { add_category(entry); }}});
    for (size_t i = 0; i < waiting_.size(); ++i) place(i);
    return std::move(result_);
  }

 private:
  struct Waiting {
    AnnotatedObject object;
    int64_t image = 0, category = 0;
  };

  void add_image(const JsonEntry& entry) {
    AnnotatedImage image;
    image.id = entry.integer("id");
    image.file = entry.has("file_name") ? entry.text("file_name") : std::to_string(image.id);
    image.width = size_of(entry, "width");
    image.height = size_of(entry, "height");
    if (!images_.emplace(image.id, result_.images.size()).second) throw entry.fault("an image before it has this id, too");
    result_.images.push_back(std::move(image));
  }

  void add_category(const JsonEntry& entry) {
    const int64_t id = entry.integer("id");
    if (!categories_.emplace(id, static_cast<int>(result_.categories.size())).second)
      throw entry.fault("a category before it has this id, too");
    result_.categories.push_back(entry.text("name"));
    result_.category_ids.push_back(id);
  }

  void add_annotation(const JsonEntry& entry) {
    Waiting waiting;
    AnnotatedObject& object = waiting.object;
    object.id = entry.integer("id");
    waiting.image = entry.integer("image_id");
    waiting.category = entry.integer("category_id");
    const CocoBox box = entry.bbox();
    object.box = box_from_coco(box);
    object.box_area = stated_area(box);
    object.area = entry.has("area") ? entry.number("area") : box.area();
    if (object.area < 0) throw entry.fault(fmt::format("'area' is {} (allowed: 0 and more)", object.area));
    object.crowd = entry.has("iscrowd") && entry.integer("iscrowd") != 0;
    if (!annotations_.insert(object.id).second) throw entry.fault("an annotation before it has this id, too");
    waiting_.push_back(std::move(waiting));
  }

  /// The annotation's object, at its image.
  void place(size_t index) {
    Waiting& waiting = waiting_[index];
    const auto refuse = [&](const char* what, int64_t id) {
      throw DataError(fmt::format("'{}': annotations[{}] (id {}): '{}_id' {} is not among the file's {} {}", file_.string(), index,
                                  waiting.object.id, what, id, what == std::string("image") ? images_.size() : categories_.size(),
                                  what == std::string("image") ? "images" : "categories"));
    };
    const auto image = images_.find(waiting.image);
    if (image == images_.end()) refuse("image", waiting.image);
    const auto category = categories_.find(waiting.category);
    if (category == categories_.end()) refuse("category", waiting.category);
    waiting.object.category = category->second;
    result_.images[image->second].objects.push_back(waiting.object);
  }

  const fs::path& file_;
  AnnotatedImages result_;
  std::unordered_map<int64_t, size_t> images_;
  std::unordered_map<int64_t, int> categories_;
  std::unordered_set<int64_t> annotations_;
  std::vector<Waiting> waiting_;
};

std::string quoted(const std::string& text) { return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace); }

bool have_ids_of_their_own(const AnnotatedImages& images) {
  std::unordered_set<int64_t> ids;
  for (const AnnotatedImage& image : images.images)
    for (const AnnotatedObject& object : image.objects)
      if (!ids.insert(object.id).second) return false;
  return true;
}

/// Writes a list, an entry a line.
class ListWriter {
 public:
  ListWriter(AtomicFile& file, const char* key) : file_(file) { file_.write(fmt::format("\"{}\": [", key)); }
  void add(const std::string& entry) {
    file_.write((empty_ ? "\n" : ",\n") + entry);
    empty_ = false;
  }
  void end(const char* after) { file_.write(std::string(empty_ ? "]" : "\n]") + after); }

 private:
  AtomicFile& file_;
  bool empty_ = true;
};

void write_annotations(AtomicFile& file, const AnnotatedImages& images) {
  const bool own_ids = have_ids_of_their_own(images);
  int64_t counted = 0;
  ListWriter list(file, "annotations");
  for (const AnnotatedImage& image : images.images)
    for (const AnnotatedObject& object : image.objects) {
      const CocoBox box = coco_box(object.box);
      list.add(fmt::format(R"({{"id": {}, "image_id": {}, "category_id": {}, "bbox": [{}, {}, {}, {}], "area": {}, "iscrowd": {}}})",
                           own_ids ? object.id : ++counted, image.id, category_id(images, static_cast<size_t>(object.category)), box.x,
                           box.y, box.w, box.h, object.area, object.crowd ? 1 : 0));
    }
  list.end(",\n");
}

}  // namespace

AnnotatedImages read_coco(const fs::path& file) { return CocoReader(file).read(); }

void write_coco(const fs::path& path, const AnnotatedImages& images) {
  AtomicFile file(path);
  std::unordered_set<int64_t> ids;
  file.write("{");
  ListWriter list(file, "images");
  for (const AnnotatedImage& image : images.images) {
    if (!ids.insert(image.id).second)
      throw DataError(fmt::format("cannot write '{}': image '{}' has the id {} of another", path.string(), image.file, image.id));
    list.add(fmt::format(R"({{"id": {}, "file_name": {}, "width": {}, "height": {}}})", image.id, quoted(image.file), image.width,
                         image.height));
  }
  list.end(",\n");
  write_annotations(file, images);
  ListWriter categories(file, "categories");
  for (size_t i = 0; i < images.categories.size(); ++i)
    categories.add(fmt::format(R"({{"id": {}, "name": {}}})", category_id(images, i), quoted(images.categories[i])));
  categories.end("}\n");
  file.commit();
}

}  // namespace tnn
