#include "data/clip_list.h"

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "temporary_folder.h"

using namespace tnn;
namespace fs = std::filesystem;

namespace {

const std::vector<std::string> kClasses{"Swiping Left", "Swiping Right"};

struct List {
  ListedClips read(const std::string& text) const {
    write_file_atomically(path, text);
    return read_clip_list(path, kClasses);
  }
  TemporaryFolder folder;
  fs::path path = folder.path() / "list.csv";
};

}  // namespace

TEST_CASE("a list of clips has a label in each line, or in none") {
  const List list;
  const ListedClips labelled = list.read(
      "\xEF\xBB\xBF"
      "34870;Swiping Right\r\n56557; Swiping Left \r\n\r\n1;\"Swiping Right\"\n");
  CHECK(labelled.ids == std::vector<std::string>{"34870", "56557", "1"});
  CHECK(labelled.labels == std::vector<int>{1, 0, 1});
  const ListedClips bare = list.read("34870\n56557;\n");
  CHECK(bare.ids == std::vector<std::string>{"34870", "56557"});
  CHECK(bare.labels.empty());
  CHECK_THROWS_WITH(list.read("1;Swiping Left\n2\n"), ContainsSubstring("list.csv:2: clip 2 has no label"));
  CHECK_THROWS_WITH(list.read("1\n2;Swiping Left\n"), ContainsSubstring("list.csv:2: clip 2 has a label"));
}

TEST_CASE("a clip that is listed twice, an unknown class and an id that is no folder are errors with their line") {
  const List list;
  CHECK_THROWS_WITH(list.read("1;Swiping Left\n2;Swiping Left\n1;Swiping Right\n"), ContainsSubstring(":3: clip 1 is in line 1 already"));
  CHECK_THROWS_WITH(list.read("1;Swiping Lift\n"), ContainsSubstring(":1: clip 1: ") && ContainsSubstring("Swiping Left"));
  for (const char* id : {"../1", ".", "a/b", ""})
    CHECK_THROWS_WITH(list.read(std::string(id) + ";Swiping Left\n"), ContainsSubstring("is no id of a clip"));
  CHECK_THROWS_WITH(list.read("1;Swiping Left;3\n"), ContainsSubstring("more than an id and a label"));
}

TEST_CASE("names of classes are those of their list, each once") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "labels.csv";
  write_file_atomically(path, "Swiping Left\nSwiping Right\n");
  CHECK(read_class_names(path) == kClasses);
  write_file_atomically(path, "Swiping Left\nSwiping Left\n");
  CHECK_THROWS_WITH(read_class_names(path), ContainsSubstring(":2: the class 'Swiping Left' is there twice"));
}

TEST_CASE("a list is the one file that fits, beside the clips or in annotations") {
  const TemporaryFolder folder;
  const std::vector<std::string> names{"jester-v1-train.csv", "*-train.csv"};
  CHECK_THROWS_WITH(find_list(folder.path(), names, "list of training clips"),
                    ContainsSubstring("no list of training clips") && ContainsSubstring("*-train.csv"));
  write_file_atomically(folder.path() / "train.csv", "x");
  fs::create_directory(folder.path() / "annotations");
  write_file_atomically(folder.path() / "annotations/asl-train.csv", "x");
  CHECK(find_list(folder.path(), names, "list") == folder.path() / "annotations/asl-train.csv");
  write_file_atomically(folder.path() / "jester-v1-train.csv", "x");
  CHECK_THROWS_WITH(
      find_list(folder.path(), names, "list of training clips"),
      ContainsSubstring("more than one list of training clips") && ContainsSubstring("jester-v1-train.csv, annotations/asl-train.csv"));
}
