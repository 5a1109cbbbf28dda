#include "annotated_tree.h"

#include "core/atomic_file.h"
#include "data/dataset_folder.h"
#include "formats/annotations/coco.h"
#include "formats/annotations/voc.h"
#include "image_files.h"

namespace tnn::test {
namespace fs = std::filesystem;
namespace {

constexpr int kTrain = 10, kTest = 6;

DatasetCard completed(const std::string& name, const fs::path& folder) {
  return complete_card(load_card(fs::path(TNN_SOURCE_DIR) / "datasets", name), folder);
}

void write_voc_split(const fs::path& folder, const AnnotatedImages& annotations, const std::string& list) {
  std::string names;
  for (const AnnotatedImage& image : annotations.images) {
    const std::string id = fs::path(image.file).stem().string();
    names += id + "\n";
    write_voc_annotation(folder / "Annotations" / (id + ".xml"), image, annotations.categories);
  }
  write_file_atomically(folder / "ImageSets/Main" / (list + ".txt"), names);
  write_annotated_images(folder / "JPEGImages", annotations);
}

}  // namespace

AnnotatedImages tiny_annotations(int count, const std::string& prefix) {
  AnnotatedImages set;
  set.categories = {"ant", "bee", "cow"};
  set.category_ids = {1, 2, 3};
  int64_t number = 0;
  for (int i = 0; i < count; ++i) {
    AnnotatedImage image;
    image.file = prefix + std::to_string(i) + ".jpg";
    image.id = i;
    image.width = 60 - 3 * i, image.height = 30 + 2 * i;
    for (int k = 0; k < (i + 3) % 4; ++k) {
      AnnotatedObject object;
      object.box = {2.0 + k, 3.0 + i, 14.0 + 4 * k, 20.0 + i};
      object.category = (i + k) % 3;
      object.difficult = k == 1;
      object.truncated = k == 2;
      object.area = object.box.area();
      object.id = number++;
      image.objects.push_back(object);
    }
    set.images.push_back(image);
  }
  return set;
}

void write_annotated_images(const fs::path& folder, const AnnotatedImages& annotations) {
  fs::create_directories(folder);
  uint64_t seed = 1;
  for (const AnnotatedImage& image : annotations.images) {
    const Picture picture = test_picture(image.height, image.width, 3, seed++);
    const auto bytes = image.file.ends_with(".png") ? png_bytes(picture) : jpeg_bytes(picture, {});
    write_file_atomically(folder / image.file, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
}

DatasetCard write_voc_tree(const fs::path& folder) {
  fs::create_directories(folder / "Annotations");
  fs::create_directories(folder / "ImageSets/Main");
  write_voc_split(folder, tiny_annotations(kTrain, "t"), "train");
  write_voc_split(folder, tiny_annotations(kTest, "v"), "val");
  return completed("voc_folder", folder);
}

DatasetCard write_coco_tree(const fs::path& folder) {
  fs::create_directories(folder / "annotations");
  for (const auto& [split, count] : {std::pair{"train", kTrain}, {"val", kTest}}) {
    const AnnotatedImages annotations = tiny_annotations(count, std::string(1, split[0]));
    write_annotated_images(folder / split, annotations);
    write_coco(folder / "annotations" / ("instances_" + std::string(split) + ".json"), annotations);
  }
  return completed("coco_folder", folder);
}

}  // namespace tnn::test
