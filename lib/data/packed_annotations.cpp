#include "data/packed_annotations.h"

#include <fmt/format.h>

#include <limits>

#include "data/packed_file.h"

namespace tnn {
namespace {

constexpr int64_t kDifficult = 1, kCrowd = 2, kTruncated = 4, kAllFlags = 7;

int64_t flags_of(const AnnotatedObject& object) {
  return (object.difficult ? kDifficult : 0) + (object.crowd ? kCrowd : 0) + (object.truncated ? kTruncated : 0);
}

/// Reads the lists of a split, all of them before a number is looked at.
class AnnotationLists {
 public:
  AnnotationLists(const PackedFile& file, const std::string& split)
      : file_(file),
        split_(split),
        names_(file.texts(split + "/names")),
        classes_(file.texts("classes")),
        ends_(integers(kObjectEnds, names_.size())),
        image_ids_(integers("image_ids", names_.size())),
        sizes_(integers("image_sizes", 2 * names_.size())),
        objects_(check_ends()),
        labels_(integers("object_labels", objects_)),
        flags_(integers("object_flags", objects_)),
        ids_(integers("object_ids", objects_)),
        category_ids_(integers("category_ids", classes_.size())),
        boxes_(reals("object_boxes", 4 * objects_)),
        areas_(reals("object_areas", objects_)) {}

  AnnotatedImages read() const {
    AnnotatedImages annotations;
    annotations.categories = classes_;
    annotations.category_ids = category_ids_;
    for (size_t i = 0; i < names_.size(); ++i) annotations.images.push_back(image(i));
    return annotations;
  }

 private:
  AnnotatedImage image(size_t index) const {
    AnnotatedImage image;
    image.file = names_[index];
    image.id = image_ids_[index];
    image.width = side(sizes_[2 * index]);
    image.height = side(sizes_[2 * index + 1]);
    for (auto i = static_cast<size_t>(index == 0 ? 0 : ends_[index - 1]); i < static_cast<size_t>(ends_[index]); ++i)
      image.objects.push_back(object(i));
    return image;
  }

  template <typename T>
  std::vector<T> checked(std::vector<T> list, const char* name, size_t expected) const {
    if (list.size() != expected) file_.fail(fmt::format("'{}/{}' has {} numbers, expected {}", split_, name, list.size(), expected));
    return list;
  }
  std::vector<int64_t> integers(const char* name, size_t expected) const {
    return checked(file_.integers(split_ + "/" + name), name, expected);
  }
  std::vector<double> reals(const char* name, size_t expected) const { return checked(file_.reals(split_ + "/" + name), name, expected); }

  /// The number of objects. DataError where the ends do not ascend.
  size_t check_ends() const {
    int64_t last = 0;
    for (const int64_t end : ends_) {
      if (end < last) file_.fail(fmt::format("'{}/{}' do not ascend", split_, kObjectEnds));
      last = end;
    }
    return static_cast<size_t>(last);
  }

  int side(int64_t pixels) const {
    if (pixels < 0 || pixels > std::numeric_limits<int>::max())
      file_.fail(fmt::format("'{}/image_sizes' has a side of {} pixels", split_, pixels));
    return static_cast<int>(pixels);
  }

  AnnotatedObject object(size_t i) const {
    if (labels_[i] < 0 || labels_[i] >= static_cast<int64_t>(classes_.size()))
      file_.fail(fmt::format("'{}/object_labels' has the label {}, but the file has {} classes", split_, labels_[i], classes_.size()));
    if (flags_[i] < 0 || flags_[i] > kAllFlags) file_.fail(fmt::format("'{}/object_flags' has {} (allowed: 0 to 7)", split_, flags_[i]));
    AnnotatedObject object;
    object.box = {boxes_[4 * i], boxes_[4 * i + 1], boxes_[4 * i + 2], boxes_[4 * i + 3]};
    object.category = static_cast<int>(labels_[i]);
    object.difficult = flags_[i] & kDifficult;
    object.crowd = flags_[i] & kCrowd;
    object.truncated = flags_[i] & kTruncated;
    object.area = areas_[i];
    object.id = ids_[i];
    return object;
  }

  const PackedFile& file_;
  const std::string& split_;
  const std::vector<std::string> names_, classes_;
  const std::vector<int64_t> ends_, image_ids_, sizes_;
  const size_t objects_;
  const std::vector<int64_t> labels_, flags_, ids_, category_ids_;
  const std::vector<double> boxes_, areas_;
};

}  // namespace

PackedLists packed_annotations(const AnnotatedImages& annotations) {
  PackedLists lists;
  auto& integers = lists.integers;
  for (const char* name : {kObjectEnds, "image_ids", "image_sizes", "object_labels", "object_flags", "object_ids"})
    integers.try_emplace(name);  // also where there is nothing to add
  auto &boxes = lists.reals["object_boxes"], &areas = lists.reals["object_areas"];
  integers["category_ids"] = annotations.category_ids;
  for (const AnnotatedImage& image : annotations.images) {
    integers["image_ids"].push_back(image.id);
    for (const int side : {image.width, image.height}) integers["image_sizes"].push_back(side);
    for (const AnnotatedObject& object : image.objects) {
      integers["object_labels"].push_back(object.category);
      integers["object_flags"].push_back(flags_of(object));
      integers["object_ids"].push_back(object.id);
      for (const double corner : {object.box.x1, object.box.y1, object.box.x2, object.box.y2}) boxes.push_back(corner);
      areas.push_back(object.area);
    }
    integers[kObjectEnds].push_back(static_cast<int64_t>(areas.size()));
  }
  return lists;
}

AnnotatedImages read_packed_annotations(const PackedFile& file, const std::string& split) { return AnnotationLists(file, split).read(); }

}  // namespace tnn
