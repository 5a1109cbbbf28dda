#include "data/drafted_card.h"

#include <cmath>

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "data/card_writer.h"
#include "data/checksum.h"
#include "data/image_files.h"
#include "data/image_folder.h"
#include "data/image_tree.h"
#include "data/pixel_statistics.h"
#include "data/tiny_files.h"
#include "data/verify.h"
#include "temporary_folder.h"

using namespace tnn;
using namespace tnn::test;
namespace fs = std::filesystem;

namespace {

constexpr int64_t kAll = 0;

/// The card that is drafted for `name` below a data root, written and read again.
DatasetCard written_card(const std::string& name, const fs::path& root, int64_t images = kAll) {
  Progress silent;
  const TemporaryFolder folder;
  const fs::path file = folder.path() / (name + ".yaml");
  write_file_atomically(file, card_yaml(draft_card(name, root, images, silent).card, "A comment.\nOf two lines."));
  return read_card(file);
}

bool verifies(const DatasetCard& card, const fs::path& root) {
  const VerifyReport report = verify_dataset(card, root);
  for (const Finding& finding : report.findings) UNSCOPED_INFO(finding.file.string() << ": " << finding.problem);
  return report.ok();
}

void write(const fs::path& path, const std::string& bytes) {
  fs::create_directories(path.parent_path());
  write_file_atomically(path, bytes);
}

void write_png(const fs::path& path, const Picture& picture) {
  const auto bytes = png_bytes(picture);
  write(path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::string refusal(const std::string& name, const fs::path& root) {
  Progress silent;
  try {
    draft_card(name, root, kAll, silent);
  } catch (const DataError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("the card written for an image folder reads, verifies, and has its classes and counts") {
  const TemporaryFolder folder;
  write_image_tree(folder.path() / "own");
  const DatasetCard below = written_card("own", folder.path());
  CHECK(below.is_image_folder());
  CHECK(below.title == "own");
  CHECK(below.class_folders == std::vector<std::string>{"n01", "n02", "n03"});
  CHECK((below.train.images() == 12 && below.test.images() == 6));
  CHECK(verifies(below, folder.path()));
  CHECK(verifies(below, folder.path() / "own"));
  const DatasetCard itself = written_card("other", folder.path() / "own");  // the data root is the folder, by another name
  CHECK(itself.folders == std::vector<std::string>{"other", "own"});
  CHECK(verifies(itself, folder.path() / "own"));
  CHECK(verifies(itself, folder.path()));

  fs::remove(folder.path() / "own/val/n01/n01_0.JPEG");
  CHECK_FALSE(verify_dataset(below, folder.path()).ok());
}

TEST_CASE("every name that a class folder may have comes back from the card, or the classes stay those on disk") {
  const TemporaryFolder folder;
  const std::vector<std::string> odd{"#1", "- a", "007", "1e3", "a: b", "a\tb", "caf\xC3\xA9", "no", "null", "\"quoted\"", "{x}", "~"};
  for (const char* split : {"train", "validation"})
    for (const std::string& name : odd) write_png(folder.path() / "odd" / split / name / "x.png", test_picture(4, 5));
  std::vector<std::string> sorted = odd;
  std::sort(sorted.begin(), sorted.end());
  const DatasetCard card = written_card("odd", folder.path());
  CHECK(card.class_folders == sorted);
  CHECK(card.test.folders == std::vector<std::string>{"validation"});
  CHECK(verifies(card, folder.path()));
  for (const char* split : {"train", "validation"})
    fs::rename(folder.path() / "odd" / split / "no", folder.path() / "odd" / split / "\xE9");
  const DatasetCard open = written_card("odd", folder.path());
  CHECK(open.classes.empty());
  CHECK(verifies(open, folder.path()));
}

TEST_CASE("mean and deviation are those of the training pixels, each image counting the same") {
  const TemporaryFolder folder;
  std::vector<Picture> pictures{test_picture(9, 7, 3, 1), test_picture(30, 41, 3, 2), test_picture(2, 3, 3, 3)};
  for (size_t i = 0; i < pictures.size(); ++i) write_png(folder.path() / ("own/train/a/" + std::to_string(i) + ".png"), pictures[i]);
  write_png(folder.path() / "own/val/a/0.png", test_picture(5, 5, 3, 4));
  const DatasetCard card = written_card("own", folder.path());
  for (size_t c = 0; c < 3; ++c) {
    double mean = 0, square = 0;
    for (const Picture& picture : pictures) {
      double sum = 0, squares = 0;
      for (size_t i = c; i < picture.bytes.size(); i += 3) {
        const double value = picture.bytes[i] / 255.0;
        sum += value, squares += value * value;
      }
      mean += sum / (picture.height * picture.width) / 3;
      square += squares / (picture.height * picture.width) / 3;
    }
    CHECK(card.mean[c] == Approx(mean).margin(6e-5));
    CHECK(card.std[c] == Approx(std::sqrt(square - mean * mean)).margin(6e-5));
  }
  CHECK(written_card("own", folder.path(), 1).mean != card.mean);
  CHECK(written_card("own", folder.path(), 2).mean == written_card("own", folder.path(), 2).mean);
}

TEST_CASE("damaged images are left out of mean and deviation and told of") {
  const TemporaryFolder folder;
  write_image_tree(folder.path() / "own");
  const fs::path image = folder.path() / "own/train/n01/n01_0.JPEG";
  write_file_atomically(image, read_file(image).substr(0, 60));
  Progress silent;
  const DraftedCard draft = draft_card("own", folder.path(), kAll, silent);
  REQUIRE(draft.notes.size() == 1);
  CHECK_THAT(draft.notes.front(), ContainsSubstring("1 damaged image") && ContainsSubstring(image.string()));
  for (const auto& entry : fs::recursive_directory_iterator(folder.path() / "own/train"))
    if (entry.is_regular_file()) write_file_atomically(entry.path(), "no image");
  CHECK_THAT(refusal("own", folder.path()), ContainsSubstring("all 12 images"));
}

TEST_CASE("the card written for IDX files has sizes, checksums and exact statistics, and verifies") {
  const TemporaryFolder folder;
  write_tiny_idx(folder.path());
  const DatasetCard card = written_card("tiny", folder.path()), made = tiny_idx_card();
  CHECK(card.format == DatasetFormat::idx);
  CHECK((card.channels == 1 && card.height == 4 && card.width == 6));
  CHECK(card.classes == std::vector<std::string>{"0", "1", "2"});
  CHECK((card.train.images() == 10 && card.test.images() == 5));
  for (const auto& [split, expected] : {std::pair{&card.train, &made.train}, std::pair{&card.test, &made.test}}) {
    REQUIRE(split->files.size() == 2);
    for (size_t i = 0; i < 2; ++i) {
      CHECK(split->files[i].name == expected->files[i].name);
      CHECK(split->files[i].bytes == expected->files[i].bytes);
      CHECK(split->files[i].holds == expected->files[i].holds);
    }
  }
  const std::string labels = idx_labels(10, 3);
  CHECK(card.train.files[1].sha256 == sha256_hex({labels.begin(), labels.end()}));
  PixelSums sums;
  const std::string pixels = idx_images(10, 4, 6).substr(16);
  double mean = 0;
  for (const char value : pixels) mean += static_cast<unsigned char>(value) / 255.0 / static_cast<double>(pixels.size());
  CHECK(card.mean[0] == Approx(mean).margin(6e-5));
  CHECK(verifies(card, folder.path()));
  CHECK(verifies(card, folder.path() / "tiny"));
  fs::remove(folder.path() / "tiny/test-labels");
  write_file_atomically(folder.path() / "tiny/test-labels", idx_labels(5, 2));
  CHECK_FALSE(verify_dataset(card, folder.path()).ok());
}

TEST_CASE("CIFAR files of either layout and version get a card that verifies, with class names where they lie beside") {
  const TemporaryFolder folder;
  const fs::path root = folder.path();
  write(root / "ten/data_batch_1.bin", cifar_records(7, 4, false));
  write(root / "ten/data_batch_2.bin.xz", xz_packed(cifar_records(5, 4, false)));
  write(root / "ten/test_batch.bin.gz", gzipped(cifar_records(3, 3, false)));
  write(root / "ten/readme.html", "<html>");
  const DatasetCard ten = written_card("ten", root);
  CHECK(ten.format == DatasetFormat::cifar10);
  CHECK((ten.train.images() == 12 && ten.test.images() == 3 && ten.train.files.size() == 2));
  CHECK(ten.classes == std::vector<std::string>{"0", "1", "2", "3"});
  CHECK(verifies(ten, root));
  write(root / "ten/batches.meta.txt", "cat\ndog\nowl\nant\nbee\n\n");
  CHECK(written_card("ten", root).classes == std::vector<std::string>{"cat", "dog", "owl", "ant", "bee"});
  write(root / "ten/batches.meta.txt", "cat\ndog\n");  // too few
  CHECK(written_card("ten", root).classes == ten.classes);

  const std::string batch = read_file(TNN_SOURCE_DIR "/tests/data/cifar_pickles/numpy2_protocol4_text_keys.pkl.xz");
  for (const char* name : {"data_batch_1.xz", "test_batch.xz"}) write(root / "python" / name, batch);
  const DatasetCard python = written_card("python", root);
  CHECK(python.format == DatasetFormat::cifar10_python);
  CHECK((python.train.images() == 4 && python.classes.size() == 4));
  CHECK(verifies(python, root));
  write(root / "python/batches.meta",
        std::string("\x80\x02}X\x0b\0\0\0label_names](X\x01\0\0\0aX\x01\0\0\0bX\x01\0\0\0cX\x01\0\0\0des.", 48));
  CHECK(written_card("python", root).classes == std::vector<std::string>{"a", "b", "c", "d"});

  write(root / "hundred/train.bin", cifar_records(9, 6, true));
  write(root / "hundred/test.bin", cifar_records(4, 4, true));
  const DatasetCard hundred = written_card("hundred", root);
  CHECK(hundred.format == DatasetFormat::cifar100);
  CHECK(hundred.classes.size() == 6);
  CHECK(verifies(hundred, root));
}

TEST_CASE("a training channel of one value gets a deviation that can be divided by") {
  const TemporaryFolder folder;
  write(folder.path() / "flat/train.bin", cifar_records(1, 1, false));
  write(folder.path() / "flat/test.bin", cifar_records(1, 1, false));
  const DatasetCard card = written_card("flat", folder.path());
  CHECK(card.std == std::vector<float>{1, 1, 1});
  CHECK(verifies(card, folder.path()));
}

TEST_CASE("where nothing is recognised, or files do not go together, the error says what is looked for") {
  const TemporaryFolder folder;
  const fs::path root = folder.path();
  for (const char* format : {"train/<class>", "IDX", "CIFAR"}) CHECK_THAT(refusal("own", root), ContainsSubstring(format));
  CHECK_THAT(refusal("own", root), ContainsSubstring((root / "own").string()));
  write_png(root / "half/train/a/x.png", test_picture(4, 4));
  CHECK_THAT(refusal("half", root), ContainsSubstring("none that is called val"));
  write(root / "idx/train-images", idx_images(3, 2, 2));
  CHECK_THAT(refusal("idx", root), ContainsSubstring("train split needs one IDX file of images and one of labels; found: train-images"));
  write(root / "idx/train-labels", idx_labels(3, 2));
  CHECK_THAT(refusal("idx", root), ContainsSubstring("no file is for the test split"));
  write(root / "idx/test-images", idx_images(3, 2, 2));
  write(root / "idx/test-labels", idx_labels(3, 2));
  write(root / "idx/train-labels", idx_labels(2, 2));
  CHECK_THAT(refusal("idx", root), ContainsSubstring("3 images") && ContainsSubstring("2 labels"));
  write(root / "idx/train-labels", idx_labels(3, 2));
  CHECK(refusal("idx", root).empty());
  write(root / "idx/train-labels", idx_labels(3, 2).substr(0, 9));
  CHECK_THAT(refusal("idx", root), ContainsSubstring("train-labels: byte 9"));
  write(root / "page/train-images-idx3-ubyte", "<html>");
  CHECK_THAT(refusal("page", root), ContainsSubstring("train-images-idx3-ubyte hold something else"));
  write(root / "empty/train-images", idx_images(0, 2, 2));
  CHECK_THAT(refusal("empty", root), ContainsSubstring("train-images: holds no image"));
  write(root / "mixed/train.bin", cifar_records(1, 1, false));
  write(root / "mixed/test-labels", idx_labels(3, 2));
  CHECK_THAT(refusal("mixed", root), ContainsSubstring("two formats"));
  Progress silent;
  for (const char* name : {"", "a/b", ".hidden", "caf\xE9"}) CHECK_THROWS_AS(draft_card(name, root, kAll, silent), UsageError);
}
