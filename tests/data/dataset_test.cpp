#include "data/dataset.h"

#include <numeric>

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "core/interruption.h"
#include "data/verify.h"
#include "temporary_folder.h"
#include "tiny_files.h"

using namespace tnn;
using namespace tnn::test;

namespace {

DatasetCard tiny_cifar_card() {
  DatasetCard card = tiny_idx_card();
  card.format = DatasetFormat::cifar10;
  card.channels = 3;
  card.height = card.width = 32;
  card.train.files = {{"b1", FileContent::records, 4 * 3073, 4, "", ""}, {"b2", FileContent::records, 4 * 3073, 4, "", ""}};
  card.test.files = {{"t", FileContent::records, 2 * 3073, 2, "", ""}};
  return card;
}

}  // namespace

TEST_CASE("a data set is located below the data root, or when the root is its folder") {
  const TemporaryFolder root;
  const DatasetCard card = tiny_idx_card();
  write_tiny_idx(root.path());
  CHECK(locate(card, root.path()) == root.path() / "tiny");
  CHECK(locate(card, root.path() / "tiny") == root.path() / "tiny");
  CHECK(locate(card, root.path() / "tiny/") == root.path() / "tiny/");
  DatasetCard absolute = card;
  absolute.folders = {"elsewhere", (root.path() / "tiny").string()};
  CHECK(locate(absolute, "") == root.path() / "tiny");
  create_folder(root.path() / "other");
  std::filesystem::rename(root.path() / "tiny", root.path() / "other/tiny2");
  CHECK(locate(card, root.path() / "other/tiny2") == root.path() / "other/tiny2");  // has all files
  CHECK_THROWS_AS(locate(card, root.path() / "other"), DataError);
}

TEST_CASE("a data root that was asked for is the only place, one of the environment comes before the card's own places") {
  const TemporaryFolder root, empty;
  DatasetCard card = tiny_idx_card();
  write_tiny_idx(root.path());
  card.folders.push_back((root.path() / "tiny").string());
  CHECK(locate(card, "") == root.path() / "tiny");
  CHECK(locate(card, DataRoot(empty.path(), false)) == root.path() / "tiny");
  CHECK_THROWS_WITH(locate(card, empty.path()),
                    ContainsSubstring((empty.path() / "tiny").string() + ": no such folder") && !ContainsSubstring(root.path().string()));
  const std::filesystem::path nowhere = empty.path() / "nowhere";
  CHECK_THROWS_WITH(locate(card, nowhere),
                    ContainsSubstring("the data root '" + nowhere.string() + "' is no folder") && ContainsSubstring("train-labels"));
  CHECK_THROWS_WITH(locate(card, DataRoot(nowhere, false)), ContainsSubstring("TNN_DATA"));
  CHECK_THROWS_AS(verify_dataset(card, nowhere), DataError);
  CHECK(verify_dataset(card, DataRoot(empty.path(), false)).ok());
  write_file_atomically(empty.path() / "tiny", "no folder");
  CHECK_THROWS_AS(locate(card, empty.path()), DataError);
}

TEST_CASE("a data set that is not there says where it was looked for, what is missing and where to get it") {
  const TemporaryFolder root;
  const DatasetCard card = tiny_idx_card();
  CHECK_THROWS_AS(locate(card, root.path()), DataError);
  CHECK_THROWS_WITH(locate(card, root.path()), ContainsSubstring("no such folder") && ContainsSubstring("get it: the tests"));
  write_tiny_idx(root.path());
  std::filesystem::remove(root.path() / "tiny/train-labels.gz");
  CHECK_THROWS_WITH(locate(card, root.path()), ContainsSubstring((root.path() / "tiny").string() + ": lacks train-labels"));
}

TEST_CASE("a split is loaded in whole, or its first images") {
  const TemporaryFolder root;
  write_tiny_idx(root.path());
  const DatasetCard card = tiny_idx_card();
  const ImageSet whole = load_split(card, root.path() / "tiny", "train"), part = load_split(card, root.path() / "tiny", "train", 4);
  CHECK(whole.size() == 10);
  CHECK(load_split(card, root.path() / "tiny", "test", 99).size() == 5);
  CHECK(labels_of(part) == std::vector<int>{0, 1, 2, 0});
  CHECK(part.pixels == std::vector<uint8_t>(whole.pixels.begin(), whole.pixels.begin() + 4 * 24));
  CHECK_THROWS_AS(load_split(card, root.path() / "tiny", "validation"), UsageError);
  CHECK_THROWS_AS(load_split(card, root.path() / "tiny", "train", -1), UsageError);
}

TEST_CASE("a limit reads no file beyond it") {
  const TemporaryFolder root;
  const DatasetCard card = tiny_cifar_card();
  write_file_atomically(root.path() / "b1.xz", xz_packed(cifar_records(4, 3, false)));
  CHECK(load_split(card, root.path(), "train", 3).size() == 3);
  CHECK_THROWS_WITH(load_split(card, root.path(), "train", 5), ContainsSubstring("b2"));
  write_file_atomically(root.path() / "b2", cifar_records(4, 3, false));
  CHECK(labels_of(load_split(card, root.path(), "train", 5)) == std::vector<int>{0, 1, 2, 0, 0});
  CHECK(load_split(card, root.path(), "train").size() == 8);
}

TEST_CASE("a file of another size or image size than its card says is a data error") {
  const TemporaryFolder root;
  write_tiny_idx(root.path());
  DatasetCard card = tiny_idx_card();
  card.train.files[0].bytes += 24;
  CHECK_THROWS_WITH(load_split(card, root.path() / "tiny", "train"),
                    ContainsSubstring("train-images: byte 256: expected 280 decompressed bytes, found 256"));
  card.train.files[0].bytes -= 48;
  CHECK_THROWS_WITH(load_split(card, root.path() / "tiny", "train"),
                    ContainsSubstring("train-images: expected 232 decompressed bytes, found more"));
  card = tiny_idx_card();
  std::swap(card.height, card.width);
  CHECK_THROWS_WITH(load_split(card, root.path() / "tiny", "train"), ContainsSubstring("expected images of 6 x 4, found 4 x 6"));
}

TEST_CASE("verification of a right data set finds nothing, counts classes and tells progress") {
  struct Counter : Progress {
    int64_t total = 0, last = 0;
    void begin(const std::string&, int64_t units, const std::string&) override { total = units; }
    void advance(int64_t done, const Figures&) override { last = done; }
  } progress;
  const TemporaryFolder root;
  write_tiny_idx(root.path());
  const VerifyReport report = verify_dataset(tiny_idx_card(), root.path(), &progress);
  CHECK(report.ok());
  CHECK(report.train_counts == std::vector<int64_t>{4, 3, 3});
  CHECK(report.test_counts == std::vector<int64_t>{2, 2, 1});
  CHECK(progress.total == 4);
  CHECK(progress.last == 4);
}

TEST_CASE("verification stops between files where it is interrupted") {
  struct Stopper : Progress {
    int64_t last = 0;
    void advance(int64_t done, const Figures&) override {
      last = done;
      if (done == 2) request_interruption(15);
    }
  } progress;
  const TemporaryFolder root;
  write_tiny_idx(root.path());
  CHECK_THROWS_AS(verify_dataset(tiny_idx_card(), root.path(), &progress), Interrupted);
  clear_interruption();
  CHECK(progress.last == 2);
}

TEST_CASE("verification lists every problem, not the first only") {
  const TemporaryFolder root;
  write_tiny_idx(root.path());
  const auto folder = root.path() / "tiny";
  DatasetCard card = tiny_idx_card();
  card.test.files[1].sha256 = std::string(64, '0');
  write_file_atomically(folder / "train-images", idx_images(9, 4, 6));
  write_file_atomically(folder / "train-labels.gz", gzipped(idx_labels(10, 4)));
  std::filesystem::remove(folder / "test-images.xz");
  const VerifyReport report = verify_dataset(card, root.path());
  REQUIRE(report.findings.size() == 5);
  CHECK(report.findings[0].problem == "expected 256 decompressed bytes, found 232");
  CHECK(report.findings[1].problem == "expected 10 images, found 9");
  CHECK(report.findings[2].file.filename() == "train-labels.gz");
  CHECK_THAT(report.findings[2].problem, ContainsSubstring("byte 11: expected a label from 0 to 2, found 3"));
  CHECK_THAT(report.findings[3].problem, ContainsSubstring("missing"));
  CHECK_THAT(report.findings[4].problem, ContainsSubstring("sha256"));
  CHECK_THROWS_AS(verify_dataset(card, root.path() / "nowhere"), DataError);
}
