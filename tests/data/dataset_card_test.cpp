#include "data/dataset_card.h"

#include <cstdlib>

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "temporary_folder.h"

using namespace tnn;

namespace {

const std::filesystem::path kCards = std::filesystem::path(TNN_SOURCE_DIR) / "datasets";

const std::string kCard = R"(title: Small
task: classification
format: idx
image: [1, 2, 3]
classes: [a, b]
mean: [0.5]
std: [0.25]
licence: none
source: nowhere
folders: [small]
splits:
  train:
    - {name: i, holds: images, images: 4, bytes: 40}
    - {name: l, holds: labels, images: 4, bytes: 12}
  test:
    - {name: ti, holds: images, images: 1, bytes: 22}
    - {name: tl, holds: labels, images: 1, bytes: 9}
)";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

/// Sets TNN_DATASETS for as long as it lives.
class CardsVariable {
 public:
  explicit CardsVariable(const std::string& value) { setenv("TNN_DATASETS", value.c_str(), 1); }
  ~CardsVariable() { unsetenv("TNN_DATASETS"); }
};

}  // namespace

TEST_CASE("every shipped card reads, and its splits have their published numbers of images and classes") {
  CHECK(card_names(kCards).size() >= 4);
  for (const auto& name : card_names(kCards)) CHECK_NOTHROW(load_card(kCards, name));
  for (const char* name : {"mnist", "fashion_mnist"}) {
    const DatasetCard card = load_card(kCards, name);
    CHECK(card.name == name);
    CHECK(card.train.images() == 60000);
    CHECK(card.test.images() == 10000);
    CHECK(card.classes.size() == 10);
  }
  CHECK(load_card(kCards, "cifar10").split("train").images() == 50000);
  CHECK(load_card(kCards, "cifar100").split("test").images() == 10000);
  CHECK(load_card(kCards, "cifar100").classes.size() == 100);
}

TEST_CASE("an unknown data set or split lists the valid names and the nearest") {
  CHECK_THROWS_AS(load_card(kCards, "cifar11"), UsageError);
  CHECK_THROWS_WITH(load_card(kCards, "cifar11"), ContainsSubstring("did you mean 'cifar10'") && ContainsSubstring("fashion_mnist"));
  CHECK_THROWS_WITH(load_card(kCards, "mnist").split("tset"), ContainsSubstring("did you mean 'test'"));
}

TEST_CASE("a mistake in a card is an error with file and line") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "small.yaml";
  const auto fails = [&](const std::string& from, const std::string& to, const std::string& message) {
    write_file_atomically(path, replaced(kCard, from, to));
    CHECK_THROWS_AS(read_card(path), UsageError);
    CHECK_THROWS_WITH(read_card(path), ContainsSubstring("small.yaml:" + message));
  };
  write_file_atomically(path, kCard);
  CHECK(read_card(path).train.files[1].holds == FileContent::labels);
  fails("licence:", "license:", "8: unknown key 'license'; did you mean 'licence'?");
  fails("holds: images", "hold: images", "13: unknown key 'hold'");
  fails("mean: [0.5]", "mean: [0.5]\nmean: [0.5]", "7: key 'mean' is given twice");
  fails("title: Small\n", "", "1: key 'title' is missing");
  fails("format: idx", "format: idz", "3: unknown format 'idz'; did you mean 'idx'?");
  fails("[1, 2, 3]", "[1, 2]", "4: 'image' must be [channels, height, width]");
  fails("format: idx", "format: cifar10", "4: 'image' is [3, 32, 32]");
  fails("[a, b]", "[a, a]", "5: 'classes' must be 1 to 256 distinct names");
  fails("[0.5]", "[0.5, 0.5]", "6: 'mean' must be 1 fractions");
  fails("[0.25]", "[0]", "7: 'std' must be 1 fractions of 255 above 0");
  fails("bytes: 12", "bytes: 13", "14: 'bytes' must be 12 for 4 images");
  fails("bytes: 12", "bytes: many", "14: 'bytes' must be a whole number");
  fails("images: 4", "images: 0", "13: 'images' must be 1 or more");
  fails("bytes: 12", "bytes: 12, md5: abc", "14: 'md5' must be 32 lower-case hexadecimal digits");
  fails("holds: labels", "holds: images", "14: 'bytes' must be 40");
  fails("- {name: tl, holds: labels, images: 1, bytes: 9}", "", "16: a split in the format idx is one file");
  fails("[a, b]", "[a, b", "");
}

TEST_CASE("the cards are found from the environment, or from where the program is") {
  unsetenv("TNN_DATASETS");
  CHECK(std::filesystem::exists(find_cards_folder() / "mnist.yaml"));
  const TemporaryFolder folder;
  const CardsVariable variable(folder.path().string());
  CHECK_THROWS_WITH(find_cards_folder(), ContainsSubstring("no data set card"));
  write_file_atomically(folder.path() / "own.yaml", kCard);
  CHECK(find_cards_folder() == folder.path());
  CHECK(card_names(find_cards_folder()) == std::vector<std::string>{"own"});
}
