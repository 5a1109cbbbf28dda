#include "data/annotated_images.h"

#include <numeric>

#include "annotated_tree.h"
#include "catch_compat.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "core/read_file.h"
#include "data/box_targets.h"
#include "data/dataset.h"
#include "data/loader.h"
#include "data/loading_speed.h"
#include "data/set_identity.h"
#include "data/split.h"
#include "formats/annotations/coco.h"
#include "formats/annotations/voc.h"
#include "image_files.h"
#include "temporary_folder.h"

using namespace tnn;
using namespace tnn::test;
namespace fs = std::filesystem;

namespace {

const std::vector<std::string> kClasses{"ant", "bee", "cow"};

const AnnotatedImages& annotations_of(const ImageSet& set) { return boxes_of(*set.targets).annotations(); }

LoaderOptions whole_options(DamagePolicy damaged = DamagePolicy::stop) {
  LoaderOptions options;
  options.batch_size = 4;
  options.augmentation.mean.assign(3, 0.5F);
  options.augmentation.std.assign(3, 0.25F);
  options.augmentation.image_size = {64, 96};
  options.augmentation.augment = options.augmentation.flip = true;
  options.augmentation.decoding.whole = {true, 40, 90};
  options.augmentation.decoding.damaged = damaged;
  return options;
}

/// How many images an epoch has.
int64_t epoch_size(const ImageSet& set, const LoaderOptions& options) {
  std::vector<uint32_t> all(static_cast<size_t>(set.size()));
  std::iota(all.begin(), all.end(), 0U);
  Loader loader(std::make_shared<ImageSet>(set), all, options);
  Batch batch;
  int64_t images = 0;
  for (loader.start_epoch(0); loader.next(batch);) images += batch.size;
  return images;
}

void write_voc_object(const fs::path& folder, const std::string& id, const AnnotatedObject& object, int width, int height) {
  write_voc_annotation(folder / "Annotations" / (id + ".xml"), {id + ".jpg", 0, width, height, {object}}, kClasses);
}

}  // namespace

TEST_CASE("VOC and COCO folders of the same images give the same boxes, with the classes that lie on disk") {
  const TemporaryFolder voc, coco;
  const DatasetCard first = write_voc_tree(voc.path()), second = write_coco_tree(coco.path());
  CHECK(first.classes == kClasses);
  CHECK(second.classes == kClasses);
  CHECK((first.classes_on_disk && first.has_boxes() && first.is_encoded()));
  for (const auto& [split, count, prefix] : {std::tuple{"train", 10, "t"}, {"test", 6, "v"}}) {
    const ImageSet a = load_split(first, voc.path(), split), b = load_split(second, coco.path(), split);
    CHECK(a.size() == count);
    CHECK(set_identity(a).size() == 64);
    AnnotatedImages expected = tiny_annotations(count, prefix);
    for (AnnotatedImage& image : expected.images)
      for (AnnotatedObject& object : image.objects) object.difficult = object.truncated = false;  // COCO has no such thing
    CHECK(annotations_of(b) == expected);
    for (size_t i = 0; i < expected.images.size(); ++i) {
      CHECK(annotations_of(a).images[i].objects.size() == expected.images[i].objects.size());
      CHECK(a.encoded->name_in_class(i) == expected.images[i].file);
      CHECK(a.targets->stratum(i) == b.targets->stratum(i));
    }
    CHECK(load_split(first, voc.path(), split, 3).size() == 3);
  }
}

TEST_CASE("a loader gives inputs with the image in their corner and its boxes within it") {
  const TemporaryFolder folder;
  const DatasetCard card = write_voc_tree(folder.path());
  auto set = std::make_shared<ImageSet>(load_split(card, folder.path(), "train"));
  std::vector<uint32_t> all(10);
  std::iota(all.begin(), all.end(), 0U);
  Loader loader(set, all, whole_options());
  Batch batch;
  int64_t rows = 0;
  for (loader.start_epoch(0); loader.next(batch);) {
    CHECK(batch.inputs.shape == std::vector<int64_t>{batch.size, 3, 64, 96});
    const auto& boxes = batch.targets.at(0);
    const auto& corners = std::get<std::vector<float>>(boxes.values);
    rows += boxes.shape.at(0);
    for (size_t i = 0; i < static_cast<size_t>(batch.size); ++i) {
      const ImageExtent part = batch.geometry[i].shown();
      CHECK((part.height <= 64 && part.width <= 96 && std::min(part.height, part.width) <= 40));
      for (auto row = static_cast<size_t>(boxes.offsets[i]); row < static_cast<size_t>(boxes.offsets[i + 1]); ++row) {
        const float* box = corners.data() + 4 * row;
        CHECK((box[0] >= 0 && box[0] < box[2] && box[2] <= static_cast<float>(part.width)));
        CHECK((box[1] >= 0 && box[1] < box[3] && box[3] <= static_cast<float>(part.height)));
      }
    }
  }
  CHECK(rows == 15);
}

TEST_CASE("a missing, a damaged and a wrongly sized image each stop an epoch or are left out of it") {
  const TemporaryFolder folder;
  const DatasetCard card = write_voc_tree(folder.path());
  const fs::path images = folder.path() / "JPEGImages";
  fs::remove(images / "t2.jpg");
  CHECK_THROWS_WITH(epoch_size(load_split(card, folder.path(), "train"), whole_options()),
                    ContainsSubstring("t2.jpg: damaged: there is an annotation, but no such file"));
  write_file_atomically(images / "t4.jpg", read_file(images / "t4.jpg").substr(0, 300));
  fs::copy_file(images / "t7.jpg", images / "t6.jpg", fs::copy_options::overwrite_existing);
  const ImageSet set = load_split(card, folder.path(), "train");
  CHECK(epoch_size(set, whole_options(DamagePolicy::skip)) == 7);
  CHECK(set.encoded->damage().count() == 3);
  std::vector<uint8_t> bytes;
  CHECK_THROWS_WITH(set.encoded->read(6, bytes), ContainsSubstring("39 x 44 pixels (width x height), but 42 x 42 by its annotation"));
}

TEST_CASE("images of one pixel and of ten thousand by ten are prepared like others") {
  const TemporaryFolder folder;
  const DatasetCard card = write_voc_tree(folder.path());
  AnnotatedImages extremes = tiny_annotations(2, "t");
  extremes.images[0].width = extremes.images[0].height = 1;
  extremes.images[0].objects = {{{0, 0, 1, 1}, 0, false, false, false, 1, 0}};
  extremes.images[1].width = 10000, extremes.images[1].height = 10;
  extremes.images[1].objects = {{{5000, 0, 10000, 10}, 1, false, false, false, 50000, 0}};
  write_annotated_images(folder.path() / "JPEGImages", extremes);
  for (const AnnotatedImage& image : extremes.images)
    write_voc_annotation(folder.path() / "Annotations" / (image.file.substr(0, 2) + ".xml"), image, kClasses);
  auto set = std::make_shared<ImageSet>(load_split(card, folder.path(), "train"));
  LoaderOptions options = whole_options();
  options.augmentation.augment = false;
  Loader loader(set, {0, 1}, options);
  Batch batch;
  loader.start_epoch(0);
  REQUIRE(loader.next(batch));
  CHECK(std::get<std::vector<float>>(batch.targets.at(0).values) == std::vector<float>{0, 0, 40, 40, 45, 0, 90, 1});
}

TEST_CASE("boxes beyond their image are clipped in targets, and counted where nothing of them is left") {
  const TemporaryFolder folder;
  const DatasetCard card = write_voc_tree(folder.path());
  write_voc_object(folder.path(), "t0", {{200, 5, 300, 20}, 0}, 60, 30);
  write_voc_object(folder.path(), "t1", {{-10, 5, 20, 90}, 0}, 57, 32);
  const ImageSet set = load_split(card, folder.path(), "train");
  CHECK_THAT(set.encoded->left_out().line(), ContainsSubstring("left out: 1 boxes without a part in their image (t0.jpg)"));
  CHECK(annotations_of(set).images[1].objects[0].box == Box{-10, 5, 20, 90});
  Batch batch;
  batch.indices = {0, 1};
  batch.geometry = {{1, 1, 0, 0, false, {30, 60}, {64, 96}, {30, 60}}, {1, 1, 0, 0, false, {32, 57}, {64, 96}, {32, 57}}};
  set.targets->write(batch);
  CHECK(std::get<std::vector<float>>(batch.targets.at(0).values) == std::vector<float>{0, 5, 20, 32});
}

TEST_CASE("an image of VOC has the name that its list says, whatever its annotation, and any ending") {
  const TemporaryFolder folder;
  const DatasetCard card = write_voc_tree(folder.path());
  AnnotatedImages png = tiny_annotations(1, "t");
  png.images[0].file = "t0.png";
  fs::remove(folder.path() / "JPEGImages/t0.jpg");
  write_annotated_images(folder.path() / "JPEGImages", png);
  AnnotatedImage stale = tiny_annotations(10, "t").images[1];
  stale.file = "t5.jpg";
  write_voc_annotation(folder.path() / "Annotations/t1.xml", stale, kClasses);
  const ImageSet set = load_split(card, folder.path(), "train");
  CHECK(set.encoded->name_in_class(0) == "t0.png");
  CHECK(set.encoded->name_in_class(1) == "t1.jpg");
  CHECK(epoch_size(set, whole_options()) == 10);
}

TEST_CASE("categories of COCO become the card's classes by their names, and others may be there unused") {
  const TemporaryFolder folder;
  DatasetCard card = write_coco_tree(folder.path());
  const fs::path file = folder.path() / "annotations/instances_train.json";
  AnnotatedImages annotations = tiny_annotations(10, "t");
  annotations.categories.push_back("dog");
  annotations.category_ids = {7, 0, 90, 12};
  write_coco(file, annotations);
  card.classes = {"cow", "bee", "eel", "ant"};
  const AnnotatedImages read = annotations_of(load_split(card, folder.path(), "train"));
  CHECK(read.categories == card.classes);
  CHECK(read.category_ids == std::vector<int64_t>{90, 0, 93, 7});
  CHECK(read.images[0].objects[0].category == 3);
  annotations.images[3].objects[0].category = 3;
  write_coco(file, annotations);
  CHECK_THROWS_WITH(load_split(card, folder.path(), "train"), ContainsSubstring("image 't3.jpg'") && ContainsSubstring("'dog'"));
}

TEST_CASE("what a split lacks is said with the places that were looked at") {
  const TemporaryFolder folder;
  const DatasetCard card = write_voc_tree(folder.path());
  fs::rename(folder.path() / "ImageSets/Main/val.txt", folder.path() / "ImageSets/Main/other.txt");
  CHECK(locate(card, folder.path()) == folder.path());
  CHECK_THROWS_WITH(load_split(card, folder.path(), "test"), ContainsSubstring("no list ImageSets/Main/val.txt or test.txt"));
  fs::remove(folder.path() / "Annotations/t3.xml");
  CHECK_THROWS_WITH(load_split(card, folder.path(), "train"), ContainsSubstring("line 4: ") && ContainsSubstring("t3.xml' is not there"));
  fs::rename(folder.path() / "JPEGImages", folder.path() / "Images");
  CHECK_THROWS_WITH(load_split(card, folder.path(), "train"), ContainsSubstring("no folder JPEGImages"));
  CHECK_THROWS_WITH(locate(card, folder.path()), ContainsSubstring("JPEGImages, Annotations and ImageSets/Main/train.txt"));
}

TEST_CASE("a VOC folder is found below the data root, in VOCdevkit and beside it") {
  const TemporaryFolder root;
  const DatasetCard card = load_card(fs::path(TNN_SOURCE_DIR) / "datasets", "voc2007");
  for (const char* place : {"voc2007", "VOC2007", "VOCdevkit/VOC2007"}) {
    fs::create_directories(root.path() / place / "JPEGImages");
    fs::create_directories(root.path() / place / "ImageSets/Main");
    write_file_atomically(root.path() / place / "ImageSets/Main/test.txt", "000001\n");
    CHECK(locate(card, root.path()) == root.path() / place);
  }
  CHECK(locate(card, root.path() / "VOC2007") == root.path() / "VOC2007");
}

TEST_CASE("annotations of COCO may lie in the folder of images") {
  const TemporaryFolder folder;
  const DatasetCard card = write_coco_tree(folder.path());
  fs::rename(folder.path() / "val", folder.path() / "valid");
  fs::rename(folder.path() / "annotations/instances_val.json", folder.path() / "valid/_annotations.coco.json");
  CHECK(load_split(card, folder.path(), "test").size() == 6);
}

TEST_CASE("a split of images with boxes keeps the shares of the classes and of images without objects") {
  const TemporaryFolder folder;
  const DatasetCard card = write_voc_tree(folder.path());
  const auto split = validation_split(*load_split(card, folder.path(), "train").targets, 0.3, 1);
  CHECK((split.train.size() + split.validation.size() == 10 && split.validation.size() >= 2));
}

TEST_CASE("images a second of VOC 2007, resized to 600 x 1000 at most and augmented", "[.][benchmark]") {
  const fs::path root = fs::path(test_data_root()) / "voc2007-part";
  if (test_data_root().empty() || !fs::exists(root)) TNN_SKIP("no voc2007-part in TNN_DATA");
  const DatasetCard card = load_card(fs::path(TNN_SOURCE_DIR) / "datasets", "voc2007");
  auto set = std::make_shared<ImageSet>(load_split(card, locate(card, root), "train"));
  std::vector<uint32_t> all(static_cast<size_t>(set->size()));
  std::iota(all.begin(), all.end(), 0U);
  for (const int workers : {1, 2}) {
    LoaderOptions options = whole_options();
    options.workers = workers;
    options.channels_last = options.shuffle = true;
    options.augmentation.image_size = {1000, 1000};
    options.augmentation.decoding.whole = {true, 600, 1000};
    Loader loader(set, all, options);
    const LoadingSpeed speed = measure_loading(loader, 10);
    std::cout << workers << " workers: " << speed.images_per_second() << " images a second\n";
    CHECK(speed.images > 0);
  }
}
