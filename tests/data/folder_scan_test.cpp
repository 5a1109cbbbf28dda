#include "data/folder_scan.h"

#include <sys/stat.h>

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "data/class_labels.h"
#include "data/dataset.h"
#include "data/file_bytes.h"
#include "data/packed_images.h"
#include "data/verify.h"
#include "image_tree.h"
#include "temporary_folder.h"

using namespace tnn;
using namespace tnn::test;
namespace fs = std::filesystem;

namespace {

void touch(const fs::path& path, const std::string& bytes = "x") {
  fs::create_directories(path.parent_path());
  write_file_atomically(path, bytes);
}

std::vector<std::string> images_of(const fs::path& folder, const std::string& class_folder) {
  return FolderScan(folder).images_of_class(class_folder);
}

std::string left_out(const DatasetCard& card, const fs::path& folder, const std::string& split) {
  return load_split(card, folder, split).encoded->left_out().line();
}

/// The order of torchvision's ImageFolder: sorted(os.walk(folder)), then sorted(names).
std::vector<std::string> torchvision_order(const fs::path& folder, const std::string& class_folder) {
  std::vector<std::pair<std::string, std::string>> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder / class_folder))
    if (entry.is_regular_file()) found.emplace_back(entry.path().parent_path().string(), entry.path().filename().string());
  std::sort(found.begin(), found.end());
  std::vector<std::string> paths;
  for (const auto& [parent, name] : found) paths.push_back(fs::path(parent + "/" + name).lexically_relative(folder).string());
  return paths;
}

}  // namespace

TEST_CASE("images in subfolders of a class folder are its images, in torchvision's order") {
  const TemporaryFolder folder;
  for (const char* name : {"ant/z.jpg", "ant/b/1.png", "ant/a-b/2.jpeg", "ant/a/c/3.jpg", "ant/a/9.PNG", "ant/a/10.JPG", "ant/B/4.jpe",
                           "ant/a.b/5.jfif", "bee/1.jpg"})
    touch(folder.path() / name);
  const auto images = images_of(folder.path(), "ant");
  CHECK(images == torchvision_order(folder.path(), "ant"));
  CHECK(images.size() == 8);
  CHECK(images.front() == "ant/z.jpg");
}

TEST_CASE("what is no image of a set is counted by kind and named") {
  const TemporaryFolder folder;
  const DatasetCard card = write_image_tree(folder.path());
  const fs::path train = folder.path() / "train";
  CHECK(left_out(card, folder.path(), "train").empty());
  for (const char* name : {"n01/a.webp", "n01/b.WEBP", "n02/c.webp", "n03/sub/d.webp", "n01/x.tif", "n02/.DS_Store", ".cache/n01.JPEG",
                           "n01/no_extension", "beside.png", "labels.csv", "val.txt"})
    touch(train / name);
  REQUIRE(mkfifo((train / "n03/pipe.png").c_str(), 0600) == 0);
  fs::create_symlink("/dev/zero", train / "n03/zero.jpg");
  fs::create_symlink("nowhere", train / "n03/gone");
  const std::string line = left_out(card, folder.path(), "train");
  CHECK_THAT(line, ContainsSubstring(train.string() + ": left out: "));
  for (const char* kind : {"4 .webp (n01/a.webp, n01/b.WEBP, n02/c.webp, ...)", "1 .tif (n01/x.tif)", "2 hidden (n02/.DS_Store, .cache)",
                           "1 without extension (n01/no_extension)", "1 beside the class folders (beside.png)", "1 .csv (labels.csv)",
                           "1 .txt (val.txt)", "2 neither file nor folder (n03/pipe.png, n03/zero.jpg)", "1 dangling (n03/gone)"}) {
    INFO(kind);
    CHECK_THAT(line, ContainsSubstring(kind));
  }
  const ImageSet set = load_split(card, folder.path(), "train");
  CHECK(set.size() == 12);
  CHECK(set.encoded->left_out().count() == 14);
  const VerifyReport report = verify_dataset(card, folder.path());
  CHECK(report.ok());
  CHECK_THAT(report.note, ContainsSubstring("train: left out: ") && ContainsSubstring("4 .webp"));
}

TEST_CASE("verification of a folder without other files says that none is left out") {
  const TemporaryFolder folder;
  const DatasetCard card = write_image_tree(folder.path());
  CHECK(verify_dataset(card, folder.path()).note == "no file is left out\n");
}

TEST_CASE("a folder is read once however many links lead to it, also where they lead in a circle") {
  const TemporaryFolder folder;
  touch(folder.path() / "ant/deep/1.jpg");
  fs::create_directory_symlink("../../ant", folder.path() / "ant/deep/up");
  fs::create_directory_symlink(".", folder.path() / "ant/self");
  fs::create_directory_symlink("deep", folder.path() / "ant/again");
  fs::create_symlink("loop", folder.path() / "ant/loop");
  touch(folder.path() / "elsewhere/2.jpg");
  fs::create_directory_symlink("../elsewhere", folder.path() / "ant/linked");
  FolderScan scan(folder.path());
  CHECK(scan.images_of_class("ant") == std::vector<std::string>{"ant/again/1.jpg", "ant/linked/2.jpg"});
  CHECK_THAT(scan.left_out().files(),
             ContainsSubstring("3 reached a second time (ant/again/up, ant/deep, ant/self)") && ContainsSubstring("1 dangling (ant/loop)"));
}

TEST_CASE("a class that only one split has is told with what fits") {
  const TemporaryFolder folder;
  const DatasetCard card = write_image_tree(folder.path());
  fs::rename(folder.path() / "val/n03", folder.path() / "val/n3");
  const std::string train = (folder.path() / "train").string(), val = (folder.path() / "val").string();
  CHECK_THROWS_WITH(load_split(card, folder.path(), "test"),
                    ContainsSubstring(val + "/n3: this folder is no class; the classes are the folders of '" + train +
                                      "': n01, n02, n03; did you mean 'n03', which '" + val + "' has not?") &&
                        !ContainsSubstring("data.name"));
  fs::remove_all(folder.path() / "val/n3");
  CHECK(left_out(card, folder.path(), "test") == val + ": no image of class: n03");
  const VerifyReport report = verify_dataset(card, folder.path());
  REQUIRE(report.findings.size() == 1);
  CHECK_THAT(report.findings[0].problem, ContainsSubstring("test: no image of 1 of 3 classes: n03 (no such folder in '" + val + "')"));
  fs::create_directory(folder.path() / "val/n03");
  CHECK_THAT(verify_dataset(card, folder.path()).findings.at(0).problem, !ContainsSubstring("no such folder"));
}

TEST_CASE("class folders whose names are no UTF-8 have labels that are, loose and packed") {
  const TemporaryFolder folder;
  DatasetCard card = write_image_tree(folder.path());
  const std::string raw = "caf\xE9";
  for (const char* split : {"train", "val"}) fs::rename(folder.path() / split / "n02", folder.path() / split / raw);
  card = complete_card(load_card(fs::path(TNN_SOURCE_DIR) / "datasets", "image_folder"), folder.path());
  CHECK(card.classes == std::vector<std::string>{"caf\\xE9", "n01", "n03"});
  CHECK(card.class_folders.front() == raw);
  const ImageSet loose = load_split(card, folder.path(), "test");
  CHECK(loose.targets->class_names() == card.classes);
  DamageLog damage;
  Progress silent;
  pack_images(card, folder.path(), folder.path() / "x.h5", DamagePolicy::stop, 1, damage, silent);
  const DatasetCard packed = complete_card(load_card(fs::path(TNN_SOURCE_DIR) / "datasets", "image_folder"), folder.path() / "x.h5");
  CHECK((packed.classes == card.classes && packed.class_folders == card.class_folders));
  CHECK(labels_of(load_split(packed, folder.path() / "x.h5", "test")) == labels_of(loose));
  for (const char* split : {"train", "val"}) fs::create_directory(folder.path() / split / "caf\\xE9");
  CHECK_THROWS_WITH(complete_card(load_card(fs::path(TNN_SOURCE_DIR) / "datasets", "image_folder"), folder.path()),
                    ContainsSubstring("two class folders are shown as 'caf\\xE9'"));
}

TEST_CASE("image files that are too large, empty or gone are found by name and the others are read") {
  const TemporaryFolder folder;
  const DatasetCard card = write_image_tree(folder.path());
  const fs::path large = folder.path() / "train/n01/n01_1.JPEG", empty = folder.path() / "train/n02/two\nlines.jpg";
  touch(empty, "");
  fs::resize_file(large, kMostImageBytes + 1);  // a hole
  const VerifyReport report = verify_dataset(card, folder.path());
  REQUIRE(report.findings.size() == 2);
  CHECK(report.findings[0].file == large);
  CHECK_THAT(report.findings[0].problem, ContainsSubstring("image files of more than 536870912 are not read"));
  CHECK(report.findings[1].file == empty);
  CHECK_THAT(report.findings[1].problem, ContainsSubstring("the file is empty"));
}

TEST_CASE("an image that became a FIFO is refused and not waited for") {
  const TemporaryFolder folder;
  const DatasetCard card = write_image_tree(folder.path());
  const ImageSet set = load_split(card, folder.path(), "train");
  const fs::path first = set.encoded->name(0);
  fs::remove(first);
  REQUIRE(mkfifo(first.c_str(), 0600) == 0);
  std::vector<uint8_t> bytes;
  CHECK_THROWS_WITH(set.encoded->read(0, bytes), ContainsSubstring("not a regular file"));
}
