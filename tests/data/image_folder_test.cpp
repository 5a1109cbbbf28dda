#include "data/image_folder.h"

#include <numeric>

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "data/dataset.h"
#include "data/loader.h"
#include "data/verify.h"
#include "image_files.h"
#include "image_tree.h"
#include "temporary_folder.h"
#include "tiny_files.h"

using namespace tnn;
using namespace tnn::test;
namespace fs = std::filesystem;

namespace {

std::vector<std::string> names_of(const ImageSet& set) {
  std::vector<std::string> names;
  for (size_t i = 0; i < static_cast<size_t>(set.size()); ++i) {
    const fs::path path = set.encoded->name(i);
    names.push_back(path.parent_path().filename().string() + "/" + path.filename().string());
  }
  return names;
}

LoaderOptions loader_options(int workers) {
  LoaderOptions options;
  options.batch_size = 4;
  options.shuffle = true;
  options.workers = workers;
  options.seed = 5;
  options.augmentation.image_size = {24, 24};
  options.augmentation.mean = {0.5F, 0.5F, 0.5F};
  options.augmentation.std = {0.2F, 0.2F, 0.2F};
  options.augmentation.augment = options.augmentation.flip = true;
  options.augmentation.decoding.jitter = {0.2, 0.2, 0.2, 0.1};
  return options;
}

std::vector<Batch> epoch_of(const std::shared_ptr<const ImageSet>& set, const LoaderOptions& options, int64_t epoch, int64_t first = 0) {
  std::vector<uint32_t> all(static_cast<size_t>(set->size()));
  std::iota(all.begin(), all.end(), 0u);
  Loader loader(set, all, options);
  std::vector<Batch> batches;
  Batch batch;
  for (loader.start_epoch(epoch, first); loader.next(batch);) batches.push_back(batch);
  return batches;
}

bool same(const std::vector<Batch>& a, const std::vector<Batch>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Batch& x, const Batch& y) {
    return x.inputs.values == y.inputs.values && x.targets == y.targets && x.indices == y.indices && x.size == y.size;
  });
}

}  // namespace

TEST_CASE("classes are the subfolders in the order of their names, images in the order of theirs") {
  const TemporaryFolder folder;
  const DatasetCard card = write_image_tree(folder.path());
  CHECK(card.classes == std::vector<std::string>{"n01", "n02", "n03"});
  const ImageSet set = load_split(card, folder.path(), "train");
  CHECK(set.size() == 12);
  CHECK((set.channels == 3 && set.height == 0 && set.width == 0 && set.pixels.empty()));
  CHECK(labels_of(set) == std::vector<int>{0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2});
  CHECK(names_of(set)[5] == "n02/n02_1.JPEG");
  CHECK(set.targets->class_names() == card.classes);
  CHECK(labels_of(load_split(card, folder.path(), "test")) == std::vector<int>{0, 0, 1, 1, 2, 2});
}

TEST_CASE("files that are no images, and hidden ones, do not count") {
  const TemporaryFolder folder;
  const DatasetCard card = write_image_tree(folder.path());
  write_file_atomically(folder.path() / "train/n01/readme.txt", "x");
  write_file_atomically(folder.path() / "train/n01/.n01_0.JPEG", "x");
  fs::create_directory(folder.path() / "train/.hidden");
  CHECK(load_split(card, folder.path(), "train").size() == 12);
}

TEST_CASE("a limit spreads over the classes") {
  const TemporaryFolder folder;
  const DatasetCard card = write_image_tree(folder.path());
  CHECK(labels_of(load_split(card, folder.path(), "train", 3)) == std::vector<int>{0, 1, 2});
  CHECK(load_split(card, folder.path(), "train", 100).size() == 12);
  CHECK_THROWS_AS(load_split(card, folder.path(), "train", -1), UsageError);
}

TEST_CASE("a card with classes takes a folder that has some of them and refuses others") {
  const TemporaryFolder folder;
  DatasetCard card = write_image_tree(folder.path());
  card.classes_on_disk = false;
  card.class_folders = {"n00", "n01", "n02", "n03", "n04"};
  card.classes = {"n00 a", "n01 b", "n02 c", "n03 d", "n04 e"};
  CHECK(labels_of(load_split(card, folder.path(), "train")).front() == 1);
  CHECK(complete_card(card, folder.path()).classes == card.classes);
  card.class_folders.erase(card.class_folders.begin() + 2);
  CHECK_THROWS_WITH(load_split(card, folder.path(), "train"), ContainsSubstring("n02") && ContainsSubstring("image_folder"));
}

TEST_CASE("a flat folder takes its labels from a list beside it or in it") {
  const TemporaryFolder folder;
  const DatasetCard card = write_image_tree(folder.path());
  const fs::path flat = folder.path() / "flat";
  fs::create_directories(flat / "val");
  for (const char* name : {"1.JPEG", "2.JPEG", "3.JPEG"}) fs::copy(folder.path() / "val/n01/n01_0.JPEG", flat / "val" / name);
  for (const fs::path& list : {flat / "val.txt", flat / "val/val.txt"}) {
    write_file_atomically(list, "2.JPEG n01\n1.JPEG n03\n3.JPEG n02\n");
    CHECK(labels_of(load_split(card, flat, "test")) == std::vector<int>{2, 0, 1});
    fs::remove(list);
  }
  CHECK_THROWS_WITH(load_split(card, flat, "test"), ContainsSubstring("val.txt"));
}

TEST_CASE("batches of encoded images do not depend on the number of workers nor on where an epoch is resumed") {
  const TemporaryFolder folder;
  const DatasetCard card = write_image_tree(folder.path());
  const auto set = std::make_shared<const ImageSet>(load_split(card, folder.path(), "train"));
  const auto alone = epoch_of(set, loader_options(0), 1);
  REQUIRE(alone.size() == 3);
  CHECK(alone[0].inputs.shape == std::vector<int64_t>{4, 3, 24, 24});
  for (const int workers : {1, 2, 5}) CHECK(same(epoch_of(set, loader_options(workers), 1), alone));
  CHECK(same(epoch_of(set, loader_options(2), 1, 2), {alone[2]}));
  CHECK_FALSE(same(epoch_of(set, loader_options(2), 2), alone));
}

TEST_CASE("a damaged image stops the loader by name, or is left out and counted once") {
  const TemporaryFolder folder;
  const DatasetCard card = write_image_tree(folder.path());
  const fs::path damaged = folder.path() / "train/n02/n02_1.JPEG";
  write_file_atomically(damaged, read_file(damaged).substr(0, 300));
  for (const int workers : {0, 2}) {
    const auto set = std::make_shared<const ImageSet>(load_split(card, folder.path(), "train"));
    LoaderOptions options = loader_options(workers);
    CHECK_THROWS_WITH(epoch_of(set, options, 0), ContainsSubstring("n02_1.JPEG: damaged") && ContainsSubstring("skip"));
    options.augmentation.decoding.damaged = DamagePolicy::skip;
    for (const int64_t epoch : {0, 1}) {
      int64_t images = 0;
      for (const Batch& batch : epoch_of(set, options, epoch)) {
        images += batch.size;
        CHECK((batch.inputs.values.size() == static_cast<size_t>(batch.size) * 3 * 24 * 24 &&
               labels_of(batch).size() == static_cast<size_t>(batch.size)));
        for (size_t i = 0; i < batch.indices.size(); ++i)
          CHECK((batch.indices[i] != 5 && labels_of(batch)[i] == labels_of(*set)[batch.indices[i]]));
      }
      CHECK(images == 11);
    }
    CHECK(set->encoded->damage().count() == 1);
    const auto fresh = set->encoded->damage().take_new();
    REQUIRE(fresh.size() == 1);
    CHECK(fresh[0].first == damaged.string());
    CHECK(set->encoded->damage().take_new().empty());
  }
}

TEST_CASE("a batch of damaged images alone is passed over, and the others keep their numbers") {
  const TemporaryFolder folder;
  const DatasetCard card = write_image_tree(folder.path());
  for (const char* name : {"n01/n01_0.JPEG", "n02/n02_0.JPEG", "n02/n02_1.JPEG", "n03/n03_3.JPEG"})
    write_file_atomically(folder.path() / "train" / name, "no image");
  const auto set = std::make_shared<const ImageSet>(load_split(card, folder.path(), "train"));
  for (const int workers : {0, 3}) {
    LoaderOptions options = loader_options(workers);
    options.shuffle = false;
    options.augmentation.decoding.damaged = DamagePolicy::skip;
    for (const auto& [batch_size, numbers] :
         {std::pair{1, std::vector<int64_t>{1, 2, 3, 6, 7, 8, 9, 10}}, std::pair{2, std::vector<int64_t>{0, 1, 3, 4, 5}}}) {
      options.batch_size = batch_size;
      const auto batches = epoch_of(set, options, 0);
      std::vector<int64_t> found;
      int64_t images = 0;
      for (const Batch& batch : batches) found.push_back(batch.number), images += batch.size;
      CHECK(found == numbers);
      CHECK(images == 8);
      for (size_t i = 0; i < batches.size(); ++i)  // what a run that was stopped after batch i goes on with
        CHECK(
            same(epoch_of(set, options, 0, batches[i].number + 1), {batches.begin() + static_cast<std::ptrdiff_t>(i) + 1, batches.end()}));
    }
  }
}

TEST_CASE("an epoch without an image that is not damaged is an error that names one of them") {
  const TemporaryFolder folder;
  const DatasetCard card = write_image_tree(folder.path());
  for (const auto& entry : fs::recursive_directory_iterator(folder.path() / "val"))
    if (entry.is_regular_file()) write_file_atomically(entry.path(), "no image");
  const auto set = std::make_shared<const ImageSet>(load_split(card, folder.path(), "test"));
  for (const int workers : {0, 2}) {
    LoaderOptions options = loader_options(workers);
    options.augmentation.decoding.damaged = DamagePolicy::skip;
    CHECK_THROWS_WITH(epoch_of(set, options, 0), ContainsSubstring("all 6 images are damaged") && ContainsSubstring("val/n01/n01_0.JPEG"));
    CHECK(epoch_of(set, options, 0, 2).empty());  // of the rest of an epoch nothing is said
  }
}

TEST_CASE("a link to an image that is not there is a damaged image, whatever it leads to") {
  const TemporaryFolder folder;
  const DatasetCard card = write_image_tree(folder.path());
  const fs::path gone = folder.path() / "train/n02/n02_1.JPEG", circle = folder.path() / "train/n02/n02_2.JPEG";
  fs::rename(gone, folder.path() / "elsewhere.JPEG");
  for (const fs::path& path : {fs::path("../../elsewhere.JPEG"), fs::path("../../nowhere.JPEG")}) {
    fs::remove(gone);
    fs::create_symlink(path, gone);
    const ImageSet set = load_split(card, folder.path(), "train");
    CHECK(set.size() == 12);
    std::vector<uint8_t> bytes;
    if (path.filename() == "elsewhere.JPEG") {
      CHECK_NOTHROW(set.encoded->read(5, bytes));
      continue;
    }
    CHECK_THROWS_AS(set.encoded->read(5, bytes), DamagedImage);
    CHECK_THROWS_WITH(set.encoded->read(5, bytes), ContainsSubstring("../../nowhere.JPEG"));
  }
  fs::remove(circle);
  fs::create_symlink(circle.filename(), circle);
  LoaderOptions options = loader_options(2);
  const auto set = std::make_shared<const ImageSet>(load_split(card, folder.path(), "train"));
  CHECK_THROWS_WITH(epoch_of(set, options, 0), ContainsSubstring("n02_") && ContainsSubstring("leads to no file"));
  options.augmentation.decoding.damaged = DamagePolicy::skip;
  int64_t images = 0;
  for (const Batch& batch : epoch_of(set, options, 0)) images += batch.size;
  CHECK(images == 10);
  CHECK(set->encoded->damage().count() == 2);
  const VerifyReport report = verify_dataset(card, folder.path());
  REQUIRE(report.findings.size() == 2);
  CHECK((report.findings[0].file == gone && report.findings[1].file == circle));
}

TEST_CASE("class folders without an image, and links to class folders that lead nowhere, are named") {
  const TemporaryFolder folder;
  const DatasetCard card = write_image_tree(folder.path());
  const auto empty = [&] {
    return empty_class_folders(card, folder.path() / "train", labels_of(load_split(card, folder.path(), "train")));
  };
  CHECK(empty().empty());
  for (const auto& entry : fs::directory_iterator(folder.path() / "train/n02")) fs::remove(entry.path());
  write_file_atomically(folder.path() / "train/n02/readme.txt", "x");
  CHECK(empty() == std::vector<std::string>{"n02"});
  fs::create_symlink("nowhere", folder.path() / "train/n04");
  CHECK(empty() == std::vector<std::string>{"n04", "n02"});
  const VerifyReport report = verify_dataset(card, folder.path());
  REQUIRE(report.findings.size() == 2);
  CHECK(report.findings[0].file == folder.path() / "train/n04");
  CHECK_THAT(report.findings[1].problem, ContainsSubstring("train: no image of 1 of 3 classes: n02"));
}

TEST_CASE("an image that is gone when it is needed is an error under either policy") {
  const TemporaryFolder folder;
  const DatasetCard card = write_image_tree(folder.path());
  const auto set = std::make_shared<const ImageSet>(load_split(card, folder.path(), "train"));
  fs::remove(folder.path() / "train/n03/n03_2.JPEG");
  LoaderOptions options = loader_options(2);
  options.augmentation.decoding.damaged = DamagePolicy::skip;
  CHECK_THROWS_WITH(epoch_of(set, options, 0), ContainsSubstring("n03_2.JPEG") && ContainsSubstring("No such file"));
}

TEST_CASE("image folders are found at the data root, below it, and as a packed file") {
  const TemporaryFolder folder;
  DatasetCard card = write_image_tree(folder.path() / "set");
  card.folders = {"set"};
  CHECK(locate(card, folder.path()) == folder.path() / "set");
  CHECK(locate(card, folder.path() / "set") == folder.path() / "set");
  CHECK_THROWS_WITH(locate(card, folder.path() / "elsewhere"), ContainsSubstring("train") && ContainsSubstring("elsewhere"));
  CHECK_THROWS_WITH(locate(card, folder.path() / "missing.h5"), ContainsSubstring("missing.h5"));
  fs::remove_all(folder.path() / "set/train");
  CHECK(locate(card, folder.path()) == folder.path() / "set");
  CHECK_THROWS_WITH(load_split(card, folder.path() / "set", "train"), ContainsSubstring("no folder train"));
  write_file_atomically(folder.path() / "image_folder.h5", "");
  fs::remove_all(folder.path() / "set");
  CHECK(locate(card, folder.path()) == folder.path() / "image_folder.h5");
}

TEST_CASE("the shipped cards of image folders have the classes that they name") {
  const auto cards = fs::path(TNN_SOURCE_DIR) / "datasets";
  const DatasetCard imagenet = load_card(cards, "imagenet");
  CHECK(imagenet.classes.size() == 1000);
  CHECK(imagenet.classes[0] == "n01440764 tench");
  CHECK(imagenet.class_folders[999] == "n15075141");
  CHECK((imagenet.train.images() == 1281167 && imagenet.test.images() == 50000));
  CHECK(load_card(cards, "image_folder").classes.empty());
}
