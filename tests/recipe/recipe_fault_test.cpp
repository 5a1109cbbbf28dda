#include <fmt/format.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "core/descriptor.h"
#include "recipe/recipe.h"
#include "temporary_folder.h"

using namespace tnn;

namespace {

const std::string kModel = "model: {name: vgg_w}\n";

/// The message of the UsageError that reading throws; "" where it throws none.
std::string faults_of(const std::string& yaml, const Recipe::Overrides& overrides = {}) {
  try {
    Recipe::parse(yaml, "r.yaml", overrides);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

/// The fault of one override on an otherwise faultless recipe, without its place.
std::string fault_of(const std::string& override_text) {
  const std::string message = faults_of(kModel, {override_text});
  const std::string place = "--set " + override_text + ": ";
  return message.rfind(place, 0) == 0 ? message.substr(place.size()) : "UNPLACED " + message;
}

std::string load_faults(const std::filesystem::path& path) {
  try {
    Recipe::load(path);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("all faults of a recipe and its overrides are shown together, each with its place") {
  CHECK(
      faults_of("model:\n"
                "  clases: 10\n"
                "training:\n"
                "  epochs: ten\n"
                "  learning_rate: 0\n"
                "  optimizer: sgdd\n"
                "  validation_u: [0.5, 2, x]\n"
                "  epochs: 3\n"
                "  momentum:\n"
                "trainig: {}\n",
                {"training.epoch=3"}) ==
      "r.yaml:2:3: unknown key 'clases' in section 'model'; did you mean 'classes'?\n"
      "r.yaml:4:11: training.epochs must be an integer in [0, 100000] epochs, not the text 'ten'\n"
      "r.yaml:5:18: training.learning_rate is out of range: must be in (0, 100], not 0\n"
      "r.yaml:6:14: training.optimizer is 'sgdd', which is none of its choices; did you mean 'sgd'? (allowed: sgd, adam, adamw, rmsprop)\n"
      "r.yaml:7:23: training.validation_u[1] is out of range: must be in (0, 1], not 2\n"
      "r.yaml:7:26: training.validation_u[2] must be a number in (0, 1], not the text 'x'\n"
      "r.yaml:8:3: training.epochs is here a second time; keep one\n"
      "r.yaml:9:3: training.momentum has no value\n"
      "r.yaml:10:1: unknown section 'trainig'; did you mean 'training'?\n"
      "--set training.epoch=3: unknown key 'epoch' in section 'training'; did you mean 'epochs'?\n"
      "r.yaml: model.name is required (architecture, by its registry name, such as vgg_w; file: the graph of model.file); set it here or "
      "with "
      "--set model.name=...");
}

TEST_CASE("a key in the wrong section, or outside of any, is pointed to its own") {
  CHECK_THAT(faults_of(kModel + "training: {dropout: 0.5}"), ContainsSubstring("did you mean 'model.dropout' or 'controller.dropout'?"));
  CHECK_THAT(faults_of(kModel + "epochs: 3"),
             ContainsSubstring("did you mean 'training.epochs' or 'gates.epochs' or 'controller.epochs'?"));
  CHECK_THAT(faults_of(kModel + "training.epochs: 3"), ContainsSubstring("write the key 'epochs' inside the section 'training'"));
  CHECK_THAT(faults_of(kModel + "training: {batch_size: 2}\ntraining: {epochs: 2}"),
             ContainsSubstring("r.yaml:3:1: 'training' is here a second"));
}

TEST_CASE("numbers are written as numbers, finite, and within range at both ends") {
  CHECK(fault_of("training.epochs=1.0") == "training.epochs must be an integer in [0, 100000] epochs, not 1.0");
  CHECK(fault_of("training.epochs='3'") == "training.epochs must be an integer in [0, 100000] epochs, not the text '3'");
  CHECK_THAT(fault_of("training.epochs=010"), ContainsSubstring("must be an integer"));
  CHECK_THAT(fault_of("training.epochs=-1"), ContainsSubstring("out of range: must be in [0, 100000] epochs, not -1"));
  CHECK_THAT(fault_of("training.epochs=99999999999999999999"), ContainsSubstring("out of range"));
  CHECK_THAT(fault_of("training.seed=-9223372036854775808"), ContainsSubstring("out of range"));
  CHECK_THAT(fault_of("training.seed=9007199254740993"), ContainsSubstring("out of range"));
  for (const char* value : {".nan", "nan", ".inf", "-.inf", "inf"})
    CHECK_THAT(fault_of(std::string("training.learning_rate=") + value), ContainsSubstring("must be a finite number"));
  CHECK_THAT(fault_of("training.learning_rate=1e999"), ContainsSubstring("out of range"));
  CHECK_THAT(fault_of("training.learning_rate=1,5"), ContainsSubstring("must be a number"));
  CHECK_THAT(fault_of("training.dropout=1"), ContainsSubstring("model.dropout"));
  CHECK_THAT(fault_of("model.dropout=1"), ContainsSubstring("[0, 1)"));
  CHECK_THAT(fault_of("training.learning_rate=" + std::string(100000, '1')), ContainsSubstring("must be a number"));
}

TEST_CASE("booleans, choices and texts take what they say and no more") {
  CHECK(fault_of("data.flip=yes") == "data.flip must be true or false, not the text 'yes'");
  CHECK(fault_of("data.flip=1") == "data.flip must be true or false, not 1");
  CHECK_THAT(fault_of("run.device=gpu"), ContainsSubstring("allowed: auto, cpu, cuda"));
  CHECK_THAT(fault_of("output.name=[a]"), ContainsSubstring("must be a text, not a list"));
  CHECK_THAT(fault_of("output.name=a: b"), ContainsSubstring("must be a text, not a section"));
  CHECK_THAT(fault_of("output.name=\"a\\nb\""), ContainsSubstring("must be on one line"));
  CHECK_THAT(fault_of("output.name=\"a\\0b\""), ContainsSubstring("must be on one line"));
  CHECK_THAT(faults_of(kModel + "output: {name: }"), ContainsSubstring("output.name has no value; write \"\""));
}

TEST_CASE("each item of a list is checked, and their number") {
  CHECK_THAT(fault_of("model.input=3"), ContainsSubstring("must be a list, such as [3, 32, 32], not 3"));
  CHECK_THAT(fault_of("model.input=[3, 32]"), ContainsSubstring("has 2 values, allowed are 3 to 4"));
  CHECK_THAT(fault_of("model.input=[3, 0, 32]"), ContainsSubstring("model.input[1] is out of range"));
  CHECK_THAT(fault_of("output.formats=[csv, jsn]"),
             ContainsSubstring("output.formats[1] is 'jsn'") && ContainsSubstring("did you mean 'json'?"));
  CHECK_THAT(fault_of("training.u_list=[0.5, ~]"), ContainsSubstring("training.u_list[1] must be a number in (0, 1], not nothing"));
  CHECK_THAT(fault_of("training.u_list=[0.5, [1]]"), ContainsSubstring("not a list"));
}

TEST_CASE("an override must name a key and give it a value") {
  CHECK(fault_of("training.epochs") == "must be section.key=value");
  CHECK(fault_of("training.epochs=") == "training.epochs has no value");
  CHECK_THAT(fault_of("training=3"), ContainsSubstring("'training' is a section; name one of its keys"));
  CHECK_THAT(fault_of("warmup_epochs=3"), ContainsSubstring("did you mean 'training.warmup_epochs'?"));
  CHECK_THAT(fault_of("trainig.epochs=3"), ContainsSubstring("did you mean 'training.epochs'?"));
  CHECK_THAT(fault_of("model.hidden=[1"), ContainsSubstring("YAML syntax"));
  CHECK_THAT(faults_of(kModel, {"output.name=\xff"}), ContainsSubstring("must be one line of UTF-8 text"));
}

TEST_CASE("what is no YAML or no recipe is one fault with its place") {
  CHECK_THAT(faults_of("model:\n  name: [a\ntraining: {}\n"), ContainsSubstring("r.yaml:3:") && ContainsSubstring("YAML syntax"));
  CHECK_THAT(faults_of("model: {name: a}\n\tx: 1\n"), ContainsSubstring("r.yaml:2:") && ContainsSubstring("YAML syntax"));
  CHECK(faults_of("") == "r.yaml: the file is empty; a recipe has sections, such as model, data and training");
  CHECK_THAT(faults_of("# only a comment\n"), ContainsSubstring("the file is empty"));
  CHECK_THAT(faults_of("- a\n- b\n"), ContainsSubstring("r.yaml:1:1: a recipe holds sections"));
  CHECK_THAT(faults_of("just words"), ContainsSubstring("not the text 'just words'"));
  CHECK_THAT(faults_of(kModel + "training: 3"), ContainsSubstring("section 'training' holds keys, not 3"));
  CHECK_THAT(faults_of(kModel + "[a]: 3"), ContainsSubstring("must be a text, not a list"));
  CHECK_THAT(faults_of(kModel + "---\n" + kModel), ContainsSubstring("a second document"));
  CHECK_THAT(faults_of(", a"), ContainsSubstring("r.yaml:1:1: YAML syntax"));
  CHECK_THAT(fault_of("training.milestones=[3]]"), ContainsSubstring("YAML syntax"));
  CHECK(faults_of("model:\n  name: a\x04\ntraining: 3\n") == "r.yaml:2:10: control character 0x04: is this a text file?");
  CHECK(faults_of("model: {name: \xc3}") == "r.yaml:1:15: not UTF-8 text (byte 0xc3)");
  CHECK_THAT(faults_of(std::string(100000, '[')), ContainsSubstring("YAML syntax"));
}

TEST_CASE("an empty section and a key with an alias are no faults") {
  CHECK(faults_of(kModel + "training:\ndata: {}\n").empty());
  CHECK(Recipe::parse("model: {name: &n vgg_w}\noutput: {name: *n}\n", "r").text("output.name") == "vgg_w");
}

TEST_CASE("a recipe that cannot be read is a fault that says why") {
  const TemporaryFolder folder;
  CHECK(load_faults(folder.path() / "absent.yaml") == (folder.path() / "absent.yaml").string() + ": no such file");
  CHECK_THAT(load_faults(folder.path()), ContainsSubstring("is a folder"));
  write_file_atomically(folder.path() / "model", std::string(2 << 20, 'x'));
  CHECK_THAT(load_faults(folder.path() / "model"), ContainsSubstring("larger than 1 MiB"));
}

TEST_CASE("faults of included files are shown with those of the includer") {
  const TemporaryFolder folder;
  write_file_atomically(folder.path() / "base.yaml", "model:\n  clases: 3\n");
  write_file_atomically(folder.path() / "r.yaml", "include: [base.yaml, absent.yaml, [x]]\nrun:\n  thread: 1\n");
  const std::string faults = load_faults(folder.path() / "r.yaml");
  CHECK_THAT(faults, ContainsSubstring("base.yaml:2:3: unknown key 'clases'") && ContainsSubstring("r.yaml:1:22: included file '") &&
                         ContainsSubstring("absent.yaml': no such file") && ContainsSubstring("r.yaml:1:35: include must name a file") &&
                         ContainsSubstring("r.yaml:3:3: unknown key 'thread'"));
}

TEST_CASE("a circle of includes is a fault, by whatever path") {
  const TemporaryFolder folder;
  write_file_atomically(folder.path() / "a.yaml", "include: b.yaml\nmodel: {name: x}\n");
  write_file_atomically(folder.path() / "b.yaml", "include: ./x/../a.yaml\n");
  CHECK_THAT(load_faults(folder.path() / "a.yaml"), ContainsSubstring("b.yaml:1:10: include of './x/../a.yaml' closes a circle"));
  write_file_atomically(folder.path() / "self.yaml", "include: self.yaml\nmodel: {name: x}\n");
  CHECK_THAT(load_faults(folder.path() / "self.yaml"), ContainsSubstring("closes a circle"));
}

TEST_CASE("a file included along two ways is read twice and no circle") {
  const TemporaryFolder folder;
  write_file_atomically(folder.path() / "base.yaml", "model: {name: x}\n");
  write_file_atomically(folder.path() / "a.yaml", "include: base.yaml\n");
  write_file_atomically(folder.path() / "r.yaml", "include: [base.yaml, a.yaml]\n");
  CHECK(load_faults(folder.path() / "r.yaml").empty());
}

namespace {

size_t lines_in(const std::string& text) { return static_cast<size_t>(std::count(text.begin(), text.end(), '\n')) + 1; }

}  // namespace

TEST_CASE("of very many faults the first are shown and the rest counted, in a moment") {
  std::string yaml = "model: {name: vgg_w}\ndata: {";
  for (int i = 0; i < 130000; ++i) yaml += fmt::format("k{:x},", i);
  const std::string faults = faults_of(yaml + "}\n");
  CHECK(lines_in(faults) == RecipeReader::kShownFaults + 1);
  CHECK_THAT(faults, ContainsSubstring("unknown key 'k0'") && ContainsSubstring("... and 129980 more faults"));
  CHECK(faults.size() < 20000);
  std::string sections;
  for (int i = 0; i < 100000; ++i) sections += fmt::format("{:x}:\n", 1048576 + i);
  CHECK(lines_in(faults_of(sections)) == RecipeReader::kShownFaults + 1);
}

TEST_CASE("of a very long text a message shows the beginning") {
  const std::string text(200000, 'x');
  for (const std::string& yaml :
       {"model: {name: " + text + "}", "model: {" + text + ": 1}", text + ": {}", "training: {epochs: " + text + "}"})
    CHECK((!faults_of(yaml).empty() && faults_of(yaml).size() < 3000));
  for (const std::string& path : {std::string("model.name="), std::string("training.epochs="), std::string("x")})
    CHECK((!faults_of(kModel, {path + text}).empty() && faults_of(kModel, {path + text}).size() < 3000));
}

TEST_CASE("includes that multiply, nest without end or are huge in all are refused with the limit") {
  const TemporaryFolder folder;
  const auto write = [&](const std::string& name, const std::string& text) { std::ofstream(folder.path() / name) << text; };
  for (int i = 0; i < 30; ++i) write(fmt::format("twice{}.yaml", i), fmt::format("include: [twice{0}.yaml, twice{0}.yaml]\n", i + 1));
  write("twice30.yaml", "training: {epochs: 3}\n");
  CHECK_THAT(load_faults(folder.path() / "twice0.yaml"), ContainsSubstring("more than 1000 files") && ContainsSubstring("twice"));
  CHECK(lines_in(load_faults(folder.path() / "twice0.yaml")) == 1);

  for (int i = 0; i < 20000; ++i) write(fmt::format("chain{}.yaml", i), fmt::format("include: chain{}.yaml\n", i + 1));
  CHECK_THAT(load_faults(folder.path() / "chain0.yaml"), ContainsSubstring("nested more than 32 deep"));

  write("large.yaml", "training: {epochs: 3}\n#" + std::string(1000000, ' '));
  write("many.yaml",
        "include: [large.yaml, large.yaml, large.yaml, large.yaml, large.yaml, large.yaml, large.yaml, large.yaml, large.yaml]\n");
  CHECK_THAT(load_faults(folder.path() / "many.yaml"), ContainsSubstring("8 MiB in all"));
}

TEST_CASE("a FIFO, a device or a folder is no recipe, be it named or included, and is not waited for") {
  const TemporaryFolder folder;
  const auto fifo = folder.path() / "fifo.yaml";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  for (const auto& [path, kind] :
       {std::pair{fifo.string(), "a FIFO"}, {std::string("/dev/zero"), "a character device"}, {folder.path().string(), "a folder"}}) {
    CHECK_THAT(load_faults(path), ContainsSubstring(path + ": is " + kind));
    write_file_atomically(folder.path() / "r.yaml", "model: {name: vgg_w}\ninclude: " + path + "\n");
    CHECK_THAT(load_faults(folder.path() / "r.yaml"), ContainsSubstring("r.yaml:2:10: included file '" + path + "': is " + kind));
  }
}

TEST_CASE("a pipe of the shell can be a recipe") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const Descriptor out(ends[0]);
  REQUIRE(::write(ends[1], kModel.data(), kModel.size()) == static_cast<ssize_t>(kModel.size()));
  ::close(ends[1]);
  CHECK(Recipe::load("/dev/fd/" + std::to_string(out.number())).text("model.name") == "vgg_w");
}

TEST_CASE("a tilde in a path of a recipe, of --set or of include is the home folder") {
  const TemporaryFolder home;
  const char* before = std::getenv("HOME");
  const std::string kept = before ? before : "";
  setenv("HOME", home.path().c_str(), 1);
  write_file_atomically(home.path() / "base.yaml", "model: {name: vgg_w, pretrained: ~/weights.pth}\n");
  const Recipe recipe = Recipe::parse("include: ~/base.yaml\noutput: {folder: ~/runs, name: ~x}\n", "r.yaml", {"data.root=~/data"});
  const std::string root = home.path().string();
  CHECK(recipe.text("model.pretrained") == root + "/weights.pth");
  CHECK(recipe.text("output.folder") == root + "/runs");
  CHECK(recipe.text("output.name") == "~x");  // a name, no path
  CHECK(recipe.text("data.root") == root + "/data");
  CHECK(Recipe::parse(recipe.resolved_yaml(), "resolved.yaml") == recipe);
  CHECK_THAT(faults_of(kModel, {"data.root=~nobody_at_all/data"}), ContainsSubstring("data.root: '~nobody_at_all/data'"));
  CHECK_THAT(faults_of(kModel, {"data.root=~"}), ContainsSubstring("data.root has no value; ~ alone"));
  setenv("HOME", kept.c_str(), 1);
}
