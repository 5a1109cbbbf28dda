#include "data/dataset_card.h"

#include <cstdlib>
#include <set>
#include <sstream>

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "data/card_writer.h"
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
  CHECK(card_files({kCards}).size() >= 4);
  for (const auto& file : card_files({kCards})) CHECK_NOTHROW(read_card(file));
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

TEST_CASE("the classes of an image folder are a list of its folders, sorted and distinct") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "own.yaml";
  const auto write = [&](const std::string& classes) {
    write_file_atomically(path, "title: t\ntask: classification\nformat: image_folder\nclasses: " + classes +
                                    "\nmean: [0, 0, 0]\nstd: [1, 1, 1]\nlicence: none\nsource: none\nfolders: [own]\n"
                                    "splits: {train: {folders: [train]}, test: {folders: [val]}}\n");
  };
  write("[\"0\", Ant, 'a b', ant]");
  const DatasetCard card = read_card(path);
  CHECK(card.class_folders == std::vector<std::string>{"0", "Ant", "a b", "ant"});
  CHECK(card.classes == card.class_folders);
  for (const char* wrong : {"[b, a]", "[a, a]", "['', a]", "[]", "[[a], b]"}) {
    INFO(wrong);
    write(wrong);
    CHECK_THROWS_WITH(read_card(path), ContainsSubstring("own.yaml:4: 'classes'"));
  }
}

TEST_CASE("folders that TNN_DATASETS lists come before the shipped cards") {
  unsetenv("TNN_DATASETS");
  REQUIRE(card_folders().size() == 1);
  const std::filesystem::path shipped = card_folders().front();
  CHECK(std::filesystem::exists(shipped / "mnist.yaml"));
  const TemporaryFolder one, two;
  const auto names = [] {
    std::set<std::string> found;
    for (const auto& file : card_files(card_folders())) found.insert(file.stem().string());
    return found;
  };
  const auto of_shipped = names();
  const CardsVariable variable(one.path().string() + "::" + two.path().string() + ":");
  CHECK(card_folders() == std::vector<std::filesystem::path>{one.path(), two.path(), shipped});
  CHECK(names() == of_shipped);
  write_file_atomically(two.path() / "own.yaml", kCard);
  write_file_atomically(two.path() / "mnist.yaml", kCard);
  CHECK(names().size() == of_shipped.size() + 1);
  CHECK(load_card(card_folders(), "own").title == "Small");
  CHECK(load_card(card_folders(), "mnist").title == "Small");
  write_file_atomically(one.path() / "own.yaml", replaced(kCard, "Small", "First"));
  CHECK(load_card(card_folders(), "own").title == "First");
  CHECK(load_card(card_folders(), "fashion_mnist").title == "Fashion-MNIST");
}

TEST_CASE("a folder of TNN_DATASETS that is none is an error that names it") {
  const TemporaryFolder folder;
  write_file_atomically(folder.path() / "file", "");
  for (const char* name : {"file", "nowhere"}) {
    const CardsVariable variable(folder.path().string() + ":" + (folder.path() / name).string());
    CHECK_THROWS_AS(card_folders(), UsageError);
    CHECK_THROWS_WITH(card_folders(), ContainsSubstring("TNN_DATASETS") && ContainsSubstring((folder.path() / name).string()));
  }
}

TEST_CASE("cards of clips say their lists, and whether clips may be mirrored; keys of other formats are refused") {
  const std::filesystem::path& shipped = kCards;
  const DatasetCard jester = load_card(shipped, "jester"), clips = load_card(shipped, "clip_folder");
  CHECK((jester.has_clips() && jester.is_encoded() && !jester.flip && jester.train.images() == 118562 && jester.test.images() == 14787));
  CHECK((clips.has_clips() && clips.flip && clips.train.images() == 0));
  CHECK(load_card(shipped, "cifar10").flip);
  const TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "own.yaml";
  for (const DatasetCard& card : {jester, clips}) {
    write_file_atomically(file, card_yaml(card, ""));
    const DatasetCard again = read_card(file);
    CHECK((again.format == card.format && again.flip == card.flip && again.label_lists == card.label_lists));
    CHECK((again.train.lists == card.train.lists && again.test.folders == card.test.folders));
    CHECK(again.train.images() == card.train.images());
  }
  const auto refused = [&](const char* name, const std::string& from, const std::string& to) -> std::string {
    write_file_atomically(file, replaced(read_file(shipped / (std::string(name) + ".yaml")), from, to));
    try {
      read_card(file);
    } catch (const UsageError& error) {
      return error.what();
    }
    return "";
  };
  CHECK_THAT(refused("jester", "flip: false", "flip: left"), ContainsSubstring("'flip' must be true or false"));
  CHECK_THAT(refused("jester", "flip: false", "classes: [a, b]"), ContainsSubstring("'classes' is not a key of the format jester"));
  CHECK_THAT(refused("jester", "\"*-labels.csv\"", "\"*-*.csv\""), ContainsSubstring("more than one '*'"));
  CHECK_THAT(refused("jester", "labels:", "# labels:"), ContainsSubstring("'labels' is missing"));
  CHECK_THAT(refused("clip_folder", "mean:", "labels: [x.csv]\nmean:"), ContainsSubstring("'labels' is a key of the format jester"));
  CHECK_THAT(refused("clip_folder", "folders: [train]", "folders: [train]\n    lists: [x.csv]"), ContainsSubstring("lists"));
}

TEST_CASE("docs/dataset-cards.md names every format and key of cards, and its examples are cards") {
  const std::string page = read_file(TNN_SOURCE_DIR "/docs/dataset-cards.md"), begin = "```yaml\n";
  for (const std::string& format : dataset_format_names()) CHECK_THAT(page, ContainsSubstring("`" + format + "`"));
  const TemporaryFolder folder;
  std::set<DatasetFormat> formats;
  for (size_t at = page.find(begin); at != std::string::npos; at = page.find(begin, at + 1)) {
    const size_t first = at + begin.size();
    write_file_atomically(folder.path() / "example.yaml", page.substr(first, page.find("```", first) - first));
    const DatasetCard card = read_card(folder.path() / "example.yaml");
    CHECK((card.train.images() > 0 && card.test.images() > 0));
    formats.insert(card.format);
  }
  CHECK(formats == std::set<DatasetFormat>{DatasetFormat::idx, DatasetFormat::cifar10, DatasetFormat::image_folder, DatasetFormat::jester});
  // The reader lists the keys that it knows where one is unknown.
  for (const std::string& place : {std::string("title"), std::string("holds")}) {
    write_file_atomically(folder.path() / "wrong.yaml", replaced(kCard, place + ":", "xyzzy:"));
    std::string message;
    try {
      read_card(folder.path() / "wrong.yaml");
    } catch (const UsageError& error) {
      message = error.what();
    }
    const std::string before = "allowed: ";
    REQUIRE(message.find(before) != std::string::npos);
    std::istringstream keys(message.substr(message.find(before) + before.size()));
    size_t known = 0;
    for (std::string key; std::getline(keys >> std::ws, key, ','); ++known) {
      while (!key.empty() && (key.back() == ')' || key.back() == '\n')) key.pop_back();
      CHECK_THAT(page, ContainsSubstring("`" + key + "`"));
    }
    CHECK(known >= 6);
  }
}

TEST_CASE("cards of images with boxes have names of classes in any order, and say that their task is detection") {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "insects.yaml";
  const std::string text = R"(title: Insects
task: detection
format: voc
classes: [wasp, ant, red mite]
mean: [0.5, 0.5, 0.5]
std: [0.2, 0.2, 0.2]
licence: none
source: nowhere
folders: [insects]
splits:
  train:
    lists: [train, trainval]
    images: 9
  test:
    lists: [val]
)";
  const auto read = [&](const std::string& changed) {
    write_file_atomically(file, changed);
    return read_card(file);
  };
  const DatasetCard card = read(text);
  CHECK((card.has_boxes() && card.is_encoded() && card.task == "detection" && card.channels == 3));
  CHECK(card.classes == std::vector<std::string>{"wasp", "ant", "red mite"});
  CHECK((card.train.lists.size() == 2 && card.train.images() == 9 && card.test.images() == 0));
  CHECK(read(card_yaml(card, "")).train.lists == card.train.lists);
  CHECK_THROWS_WITH(read(replaced(text, "task: detection", "task: classification")), ContainsSubstring(":2: 'task' is detection"));
  CHECK_THROWS_WITH(read(replaced(text, "format: voc", "format: image_folder")), ContainsSubstring("'task' is classification"));
  CHECK_THROWS_WITH(read(replaced(text, "red mite", "ant")), ContainsSubstring("must be distinct names"));
  CHECK_THROWS_WITH(read(replaced(text, "    lists: [val]", "    folders: [val]")), ContainsSubstring("'folders'"));
  CHECK_THROWS_WITH(read(replaced(text, "format: voc", "format: coco")), ContainsSubstring("'folders' is missing"));
  write_file_atomically(folder.path() / "names.txt", "ant\nred mite\n");
  CHECK(read(replaced(text, "[wasp, ant, red mite]", "names.txt")).classes == std::vector<std::string>{"ant", "red mite"});
}
