#include "data/clip_folder.h"

#include "catch_compat.h"
#include "clip_tree.h"
#include "core/atomic_file.h"
#include "data/class_labels.h"
#include "data/dataset.h"
#include "data/dataset_folder.h"
#include "data/verify.h"
#include "temporary_folder.h"

using namespace tnn;
using namespace tnn::test;
namespace fs = std::filesystem;

TEST_CASE("clips in class folders are sorted by class and name, and what lies beside them is left out") {
  const TemporaryFolder folder;
  const DatasetCard card = write_clip_folder_tree(folder.path());
  CHECK(card.classes == std::vector<std::string>{"come", "go"});
  write_file_atomically(folder.path() / "train/go/cover.jpg", "x");
  write_file_atomically(folder.path() / "train/notes.txt", "x");
  const auto set = std::make_shared<const ImageSet>(load_split(card, folder.path(), "train"));
  CHECK(labels_of(*set) == std::vector<int>{0, 0, 0, 1, 1, 1});
  CHECK(set->clips->name(4) == (folder.path() / "train/go/train1").string());
  CHECK(set->clips->name_in_class(4) == "train1");
  CHECK(set->clips->left_out().files() == "left out: 1 beside the class folders (notes.txt), 1 beside the folders of clips (go/cover.jpg)");
  CHECK(load_split(card, folder.path(), "test").size() == 4);
  CHECK(clip_epoch(set, clip_loader_options(2)).size() == 2);
}

TEST_CASE("verification of clips in class folders names damaged clips, unknown classes and classes without a clip") {
  const TemporaryFolder folder;
  const DatasetCard card = write_clip_folder_tree(folder.path());
  CHECK(verify_dataset(card, folder.path()).ok());
  fs::remove(folder.path() / "val/go/val1/00001.jpg");
  fs::remove(folder.path() / "val/go/val0/00003.jpg");
  fs::remove_all(folder.path() / "val/come");
  const VerifyReport report = verify_dataset(card, folder.path());
  REQUIRE(report.findings.size() == 3);
  CHECK(report.findings[0].problem == "test: no clip of 1 of 2 classes: come");
  CHECK((report.findings[1].file.filename() == "val0" && report.findings[1].problem == "frame 3 is missing, before '00004.jpg'"));
  CHECK((report.findings[2].file.filename() == "val1" && report.findings[2].problem.find("begin with '00002.jpg'") != std::string::npos));
  fs::create_directories(folder.path() / "val/stay/x");
  CHECK_THROWS_WITH(load_split(card, folder.path(), "test"), ContainsSubstring("stay: this folder is none of the 2 classes"));
}
