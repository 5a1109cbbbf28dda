#include "data/verify_annotated.h"

#include "annotated_tree.h"
#include "catch_compat.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "core/read_file.h"
#include "data/box_targets.h"
#include "data/dataset.h"
#include "formats/annotations/coco.h"
#include "formats/annotations/voc.h"
#include "temporary_folder.h"

using namespace tnn;
using namespace tnn::test;
namespace fs = std::filesystem;

namespace {

const std::vector<std::string> kClasses{"ant", "bee", "cow"};

VerifyReport verify(const DatasetCard& card, const fs::path& folder) {
  Progress silent;
  return verify_annotated(card, folder, silent);
}

/// "<file's name>: <problem>" of each finding.
std::string told(const VerifyReport& report) {
  std::string text;
  for (const Finding& finding : report.findings) text += finding.file.filename().string() + ": " + finding.problem + "\n";
  return text;
}

}  // namespace

TEST_CASE("sound images with boxes verify, with images and objects counted by class") {
  const TemporaryFolder voc, coco;
  const DatasetCard first = write_voc_tree(voc.path()), second = write_coco_tree(coco.path());
  for (const VerifyReport& report : {verify(first, voc.path()), verify(second, coco.path())}) {
    CHECK(told(report).empty());
    CHECK(report.train_counts == std::vector<int64_t>{5, 5, 5});
    CHECK(report.train_objects == std::vector<int64_t>{5, 5, 5});
    CHECK(report.test_objects == std::vector<int64_t>{3, 3, 3});
    CHECK_THAT(report.note, ContainsSubstring("train: 10 images, 15 objects\n"));
  }
}

TEST_CASE("each fault of a VOC folder is a finding of its own") {
  const TemporaryFolder folder;
  const DatasetCard card = write_voc_tree(folder.path());
  const fs::path images = folder.path() / "JPEGImages", annotations = folder.path() / "Annotations";
  fs::remove(images / "t0.jpg");
  write_file_atomically(images / "t2.jpg", "no image");
  fs::remove(annotations / "t3.xml");
  write_file_atomically(annotations / "t4.xml", "<annotation><object>");
  write_voc_annotation(annotations / "t5.xml", {"t5.jpg", 0, 45, 40, {{{0, 0, 9, 9}, 0}}}, {"dog"});
  write_voc_annotation(annotations / "t6.xml", {"t6.jpg", 0, 42, 42, {{{5, 5, 60, 20}, 1}, {{5, 5, 43, 20}, 1}}}, kClasses);
  write_voc_annotation(annotations / "t7.xml", {"t7.jpg", 0, 44, 39, {}}, kClasses);
  const fs::path list = folder.path() / "ImageSets/Main/train.txt";
  write_file_atomically(list, read_file(list) + "t8\n");
  const std::string text = told(verify(card, folder.path()));
  for (const char* fault :
       {"train.txt: line 11: image 't8' is named before", "t0.jpg: there is an annotation, but no such file",
        "t2.jpg: neither JPEG nor PNG", "t3.xml: a list names it, but it is not there", "t4.xml", "t5.xml: object 1 (dog)",
        "t6.jpg: object 1 (bee): its box from (5, 5) to (60, 20) reaches beyond the image of 42 x 42",
        "t7.jpg: 39 x 44 pixels (width x height), but 44 x 39"})
    CHECK_THAT(text, ContainsSubstring(fault));
  CHECK(std::count(text.begin(), text.end(), '\n') == 8);
}

TEST_CASE("images of COCO that are named twice, boxes beyond them and counts other than the card's are findings") {
  const TemporaryFolder folder;
  DatasetCard card = write_coco_tree(folder.path());
  AnnotatedImages annotations = tiny_annotations(10, "t");
  annotations.images[1].file = "t0.jpg";
  annotations.images[3].objects[0].box.x2 = 90;
  write_coco(folder.path() / "annotations/instances_train.json", annotations);
  card.train.expected_images = 11;
  card.classes.push_back("dog");
  const std::string text = told(verify(card, folder.path()));
  for (const char* fault : {"t0.jpg: named by 2 images", "t3.jpg: object 1 (ant): its box", "train: expected 11 images, found 10",
                            "train: no object of 1 of 4 classes: dog", "t0.jpg: 60 x 30 pixels (width x height), but 57 x 32"})
    CHECK_THAT(text, ContainsSubstring(fault));
  write_file_atomically(folder.path() / "annotations/instances_train.json", "{");
  CHECK_THAT(told(verify(card, folder.path())), ContainsSubstring("train: "));
}

TEST_CASE("the part of VOC 2007 that is at hand reads, and verification says how much of it is missing") {
  const fs::path root = fs::path(test_data_root()) / "voc2007-part";
  if (test_data_root().empty() || !fs::exists(root)) TNN_SKIP("no voc2007-part in TNN_DATA");
  const DatasetCard card = load_card(fs::path(TNN_SOURCE_DIR) / "datasets", "voc2007");
  const fs::path folder = locate(card, root);
  CHECK(load_split(card, folder, "train").size() == 180);
  CHECK(load_split(card, folder, "test").size() == 90);
  const std::string text = told(verify_dataset(card, root));
  CHECK_THAT(text, ContainsSubstring("train: expected 5011 images, found 180"));
  CHECK_THAT(text, ContainsSubstring("test: expected 4952 images, found 90"));
  CHECK(std::count(text.begin(), text.end(), '\n') == 2);
}
