#include <sys/stat.h>

#include "core/read_file.h"
#include "small_training.h"

using namespace tnn;
namespace fs = std::filesystem;

namespace {

constexpr const char* kNoData = "Fashion-MNIST is not installed (package dataset-fashion-mnist)";

/// Every file below a folder with its bytes.
std::map<std::string, std::string> contents(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) files[entry.path().string()] = read_file(entry.path());
  return files;
}

void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  write_file_atomically(path, text);
}

}  // namespace

TEST_CASE("a dry run ends like the run itself where the output folder will not do, and writes nothing") {
  if (!has_fashion_mnist()) TNN_SKIP(kNoData);
  const TemporaryFolder folder;
  const auto run = folder.path() / "run", file = folder.path() / "file", other_model = folder.path() / "other";
  REQUIRE(tnn_run(small_training(run)).code == 0);
  write(file, "x");
  write(other_model / "model.safetensors", "someone's");
  const auto before = contents(folder.path());
  const auto both = [&](const fs::path& out, const std::string& flags) {
    const std::string arguments = small_training(out) + flags;
    const Outcome dry = tnn_run(arguments + " --dry-run"), real = tnn_run(arguments);
    INFO(out << flags << ": " << dry.err << real.err);
    CHECK(dry.code == real.code);
    CHECK(dry.err == real.err);
    CHECK(dry.code != 0);
    CHECK(contents(folder.path()) == before);
    return dry;
  };
  CHECK(both(file, "").code == 1);
  CHECK(both(file / "in", " --overwrite").code == 1);
  CHECK(both("/proc/nowhere/run", "").code == 1);
  CHECK_THAT(both(run, "").err, ContainsSubstring("--resume"));
  CHECK(both(other_model, "").code == 2);
  CHECK_THAT(both(other_model, " --overwrite").err, ContainsSubstring("no run of this folder wrote it"));
  CHECK_THAT(both(run, " --overwrite --set model.pretrained=" + (run / "model.safetensors").string()).err,
             ContainsSubstring("model.pretrained") && ContainsSubstring("would be lost"));
  CHECK(tnn_run(small_training(run) + " --dry-run --resume").code == 0);
  CHECK(tnn_run(small_training(run) + " --dry-run --overwrite").code == 0);
  CHECK(tnn_run(small_training(folder.path() / "new/deeper") + " --dry-run").code == 0);
  CHECK(contents(folder.path()) == before);
  CHECK_FALSE(fs::exists(folder.path() / "new"));
}

TEST_CASE("a run that is overwritten loses its model by whatever name, and nothing that the run did not write") {
  if (!has_fashion_mnist()) TNN_SKIP(kNoData);
  const TemporaryFolder folder;
  const auto run = folder.path() / "run";
  const std::string named = small_training(run) + " --set export.model=net.safetensors";
  REQUIRE(tnn_run(named).code == 0);
  REQUIRE(tnn_run("export " + run.string() + " --format safetensors --u 1 --out " + (run / "exported.safetensors").string()).code == 0);
  for (const char* kept : {"notes.txt", "checkpoints/mine.safetensors", "events/notes.txt", "my.safetensors"}) write(run / kept, "kept");
  const std::string exported = read_file(run / "exported.safetensors");

  // Stopped on the way: what is there then is what a run of now has left.
  CHECK(stop_after(small_training(run, 25) + " --overwrite", run, 3, SIGTERM) == 75);
  CHECK_FALSE(fs::exists(run / "net.safetensors"));
  CHECK_FALSE(fs::exists(run / "curve.json"));
  for (const char* kept : {"notes.txt", "checkpoints/mine.safetensors", "events/notes.txt", "my.safetensors"})
    CHECK(read_file(run / kept) == "kept");
  CHECK(read_file(run / "exported.safetensors") == exported);
  CHECK(tnn_run("inspect " + run.string()).code == 3);

  // Its recipe is gone: a model that a training wrote is still known, an export is none of the run's.
  REQUIRE(tnn_run(small_training(run, 25) + " --resume").code == 0);
  fs::remove(run / "recipe.resolved.yaml");
  CHECK(stop_after(small_training(run, 25) + " --overwrite", run, 3, SIGTERM) == 75);
  CHECK_FALSE(fs::exists(run / "model.safetensors"));
  CHECK(tnn_run(small_training(run) + " --overwrite --set export.model=exported.safetensors").code == 2);
  REQUIRE(tnn_run(small_training(run, 25) + " --resume --set export.model=other.safetensors").code == 0);
  for (const char* gone : {"recipe.resolved.yaml", "curve.json", "checkpoints/last.safetensors", "checkpoints/best.safetensors"})
    fs::remove(run / gone);
  CHECK(stop_after(small_training(run, 25) + " --resume --set export.model=other.safetensors", run, 3, SIGTERM) == 75);
  CHECK_FALSE(fs::exists(run / "other.safetensors"));
  CHECK(read_file(run / "exported.safetensors") == exported);
}

TEST_CASE("what a killed run left half-written goes when its folder is opened again") {
  if (!has_fashion_mnist()) TNN_SKIP(kNoData);
  const TemporaryFolder folder;
  const auto run = folder.path() / "run";
  CHECK(stop_after(small_training(run, 25), run, 3, SIGTERM) == 75);
  const pid_t gone = start_command("exec true", "/dev/null", "/dev/null");
  wait_for(gone);
  const std::string ending = "." + std::to_string(gone) + ".tmp";
  write(run / (".curve.h5" + ending), "half");
  write(run / "checkpoints" / (".last.safetensors" + ending), "half");
  write(run / ".notes.tmp", "kept");
  REQUIRE(tnn_run(small_training(run, 25) + " --resume").code == 0);
  for (const auto& [name, bytes] : contents(run)) CHECK((bytes != "half"));
  CHECK(fs::exists(run / ".notes.tmp"));
}

TEST_CASE("exports and sweeps write into a run's folder, but over none of its files") {
  if (!has_fashion_mnist()) TNN_SKIP(kNoData);
  const TemporaryFolder folder;
  const auto run = folder.path() / "run";
  REQUIRE(tnn_run(small_training(run)).code == 0);
  const auto before = contents(run);
  fs::create_symlink(run / "metrics.jsonl", folder.path() / "link");
  for (const fs::path& out : {run / "model.safetensors", run / "recipe.resolved.yaml", run / "checkpoints/last.safetensors",
                              folder.path() / "link", run / "curve.json", run / "log.txt"})
    for (const fs::path& model : {run, run / "model.safetensors", run / "checkpoints/best.safetensors"}) {
      const Outcome outcome = tnn_run("export " + model.string() + " --u 0.5 --out " + out.string());
      INFO(out << ": " << outcome.err);
      CHECK(outcome.code == 2);
      CHECK_THAT(outcome.err, ContainsSubstring("would be lost"));
    }
  const Outcome sweep = tnn_run("sweep-utilization " + run.string() + " --out " + run.string());
  CHECK(sweep.code == 2);
  CHECK_THAT(sweep.err, ContainsSubstring("curve.csv"));
  CHECK(tnn_run("sweep-utilization " + run.string() + " --out " + (run / "model.safetensors").string()).code == 1);
  CHECK(contents(run) == before);
  CHECK(tnn_run("export " + run.string() + " --u 0.5 --out " + (run / "half.onnx").string()).code == 0);
  CHECK(tnn_run("export " + run.string() + " --u 0.5 --out " + (run / "half.onnx").string()).code == 0);
  CHECK(tnn_run("sweep-utilization " + run.string() + " --u 1 --out " + (run / "sweep").string()).code == 0);
}

TEST_CASE("a damaged training state is told with its file") {
  if (!has_fashion_mnist()) TNN_SKIP(kNoData);
  const TemporaryFolder folder;
  const auto run = folder.path() / "run", last = run / "checkpoints/last.safetensors";
  CHECK(stop_after(small_training(run, 25), run, 3, SIGTERM) == 75);
  std::string bytes = read_file(last);
  const size_t state = bytes.find("global_step");
  REQUIRE(state != std::string::npos);
  bytes.replace(state, 11, "globel_step");
  write(last, bytes);
  const Outcome outcome = tnn_run(small_training(run, 25) + " --resume");
  CHECK(outcome.code == 3);
  CHECK_THAT(outcome.err, ContainsSubstring(last.string()));
}

TEST_CASE("export of a recipe checks its data set, and takes mean and deviation from it") {
  const TemporaryFolder folder;
  const std::string model =
      "export " TNN_SOURCE_DIR "/recipes/quickstart.yaml --format safetensors --out " + (folder.path() / "net.safetensors").string();
  const Outcome unknown = tnn_run(model + " --set data.name=fashion_mnits");
  CHECK(unknown.code == 2);
  CHECK_THAT(unknown.err, ContainsSubstring("did you mean 'fashion_mnist'"));
  CHECK_FALSE(fs::exists(folder.path() / "net.safetensors"));
  const auto preprocessing = [&] { return SafetensorsFile(folder.path() / "net.safetensors").metadata().at("tnn.preprocessing"); };
  REQUIRE(tnn_run(model + " --set data.mean=[0.125] --set data.std=[0.75]").code == 0);
  CHECK_THAT(preprocessing(), ContainsSubstring("0.125") && ContainsSubstring("0.75"));
  REQUIRE(tnn_run(model + " --set model.classes=3 --set data.mean=[0.375] --set data.std=[0.625]").code == 0);  // no longer its data set's
  CHECK_THAT(preprocessing(), ContainsSubstring("0.375") && ContainsSubstring("0.625"));
  CHECK(tnn_run(model + " --set model.classes=3 --set data.mean=[0.375,1] --set data.std=[0.625,1]").code == 2);
}

TEST_CASE("a model file whose data set has no card here is exported on random inputs, inspected and run") {
  if (!has_fashion_mnist()) TNN_SKIP(kNoData);
  const TemporaryFolder folder;
  const auto run = folder.path() / "run", cards = folder.path() / "cards";
  std::string card = read_file(TNN_SOURCE_DIR "/datasets/fashion_mnist.yaml");
  write(cards / "my_digits.yaml", card);
  REQUIRE(
      run_command("env TNN_DATASETS=" + cards.string() + " " TNN_PROGRAM " " + small_training(run) + " --set data.name=my_digits").code ==
      0);
  const std::string model = (run / "model.safetensors").string();
  for (const std::string format : {"onnx", "safetensors"}) {
    const Outcome exported =
        tnn_run("export " + run.string() + " --u 1 --format " + format + " --out " + (folder.path() / ("x." + format)).string());
    INFO(exported.err);
    CHECK(exported.code == 0);
    CHECK_THAT(exported.out, ContainsSubstring("random inputs"));
    CHECK_THAT(exported.err, ContainsSubstring("my_digits"));
  }
  CHECK(tnn_run("inspect " + model).code == 0);
  CHECK(tnn_run("sweep-utilization " + model).code == 2);
}
