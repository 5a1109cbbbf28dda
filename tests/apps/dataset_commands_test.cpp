#include <nlohmann/json.hpp>

#include "data/image_tree.h"
#include "data/tiny_files.h"
#include "run_program.h"

using namespace tnn;
namespace fs = std::filesystem;

namespace {

/// A folder of cards, one of data, and the program that finds the cards.
struct OwnData {
  TemporaryFolder folder;
  fs::path cards = folder.path() / "cards", root = folder.path() / "data";

  OwnData() {
    create_folder(cards);
    create_folder(root);
  }
  Outcome run(const std::string& arguments) const {
    return run_command("exec env TNN_DATASETS='" + cards.string() + "' " TNN_PROGRAM " " + arguments + " --data-root '" + root.string() +
                       "'");
  }
  Outcome list() const { return run_command("exec env TNN_DATASETS='" + cards.string() + "' " TNN_PROGRAM " data list --format json"); }
  fs::path card(const std::string& name) const { return cards / (name + ".yaml"); }
};

}  // namespace

TEST_CASE("a card that data card writes makes the data set known, and it verifies") {
  const OwnData own;
  test::write_image_tree(own.root / "pictures");
  test::write_tiny_idx(own.root);
  for (const std::string& name : {std::string("pictures"), std::string("tiny")}) {
    CHECK(own.run("data verify " + name).code == 2);
    const Outcome printed = own.run("data card " + name);
    INFO(printed.err);
    REQUIRE(printed.code == 0);
    CHECK_THAT(printed.err, ContainsSubstring("licence"));
    const Outcome written = own.run("-q data card " + name + " --out " + own.card(name).string());
    CHECK(written.code == 0);
    CHECK(written.out.empty());
    CHECK(read_file(own.card(name)) == printed.out);
    const Outcome verified = own.run("data verify " + name);
    INFO(verified.err);
    CHECK(verified.code == 0);
    CHECK_THAT(verified.err, ContainsSubstring("everything as its card says"));
  }
  std::map<std::string, std::string> files;
  for (const auto& row : nlohmann::json::parse(own.list().out)) files[row.at("name")] = row.at("card");
  CHECK(files.at("tiny") == own.card("tiny").string());
  CHECK(fs::path(files.at("mnist")).parent_path() != own.cards);
}

TEST_CASE("data card replaces a card only on request, and nothing else") {
  const OwnData own;
  test::write_tiny_idx(own.root);
  write_file_atomically(own.card("tiny"), "mine");
  const std::string command = "data card tiny --out ", image = (own.root / "tiny/train-images").string(), bytes = read_file(image);
  const Outcome refused = own.run(command + own.card("tiny").string());
  CHECK(refused.code == 2);
  CHECK_THAT(refused.err, ContainsSubstring("--overwrite"));
  CHECK(read_file(own.card("tiny")) == "mine");
  CHECK(own.run(command + own.card("tiny").string() + " --overwrite").code == 0);
  CHECK(read_file(own.card("tiny")) != "mine");
  CHECK(own.run(command + image + " --overwrite").code == 2);
  CHECK(read_file(image) == bytes);
  const Outcome piped = own.run(command + "/dev/stdout");
  CHECK(piped.code == 0);
  CHECK(piped.out == read_file(own.card("tiny")));
}

TEST_CASE("data card of what it does not know says what it knows, with exit code 3") {
  const OwnData own;
  write_file_atomically(own.root / "readme.txt", "x");
  const Outcome outcome = own.run("data card nothing");
  CHECK(outcome.code == 3);
  for (const char* words : {"IDX", "CIFAR", "train/<class>"}) CHECK_THAT(outcome.err, ContainsSubstring(words));
  CHECK(own.run("data card a/b").code == 2);
  CHECK(run_command("exec env -u TNN_DATA " TNN_PROGRAM " data card x").code == 3);
}

TEST_CASE("a folder of TNN_DATASETS that is not there ends every command that needs a card") {
  for (const char* command : {"data list", "data verify mnist", "train " TNN_SOURCE_DIR "/recipes/quickstart.yaml --dry-run"}) {
    const Outcome outcome = run_command(std::string("exec env TNN_DATASETS=/nowhere/at/all " TNN_PROGRAM " ") + command);
    CHECK(outcome.code == 2);
    CHECK_THAT(outcome.err, ContainsSubstring("TNN_DATASETS") && ContainsSubstring("/nowhere/at/all"));
  }
}
