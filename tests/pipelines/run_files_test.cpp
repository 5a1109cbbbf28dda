#include "pipelines/run_files.h"

#include <algorithm>

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "formats/safetensors.h"
#include "report/write_reports.h"
#include "temporary_folder.h"

using namespace tnn;
namespace fs = std::filesystem;

namespace {

void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  write_file_atomically(path, text);
}

bool lists(const fs::path& run, const fs::path& file) {
  const auto files = files_of_run(run);
  return std::find(files.begin(), files.end(), run / file) != files.end();
}

}  // namespace

TEST_CASE("every report that is written is known as a file of its run") {
  const auto& known = report_file_names();
  for (const auto& path : report_paths("", report_formats())) CHECK(std::find(known.begin(), known.end(), path.string()) != known.end());
}

TEST_CASE("a run's files are those that it wrote: its model by the name in its recipe, also one of another version") {
  const TemporaryFolder folder;
  const fs::path run = folder.path();
  write(run / "model.safetensors", "someone's");
  write(run / "log.txt", "x");
  CHECK(files_of_run(run).empty());  // no run is here
  write(run / "recipe.resolved.yaml", "export: {model: net.safetensors, key_of_another_version: 3}\nsection_of_another_version: {}\n");
  for (const char* name : {"net.safetensors", "metrics.jsonl", "curve.csv", "checkpoints/last.safetensors", "checkpoints/mine.safetensors",
                           "events/events.out.tfevents.1.tnn", "events/events.out.tfevents.1.host", "notes.txt",
                           "gates/recipe.resolved.yaml", "gates/model.safetensors", "gates/notes.txt"})
    write(run / name, "x");
  for (const char* name : {"net.safetensors", "log.txt", "metrics.jsonl", "curve.csv", "checkpoints/last.safetensors",
                           "events/events.out.tfevents.1.tnn", "gates/recipe.resolved.yaml"})
    CHECK(lists(run, name));
  for (const char* name : {"model.safetensors", "checkpoints/mine.safetensors", "events/events.out.tfevents.1.host", "notes.txt",
                           "gates/model.safetensors", "gates/notes.txt"})
    CHECK_FALSE(lists(run, name));
  CHECK(files_of_run(run).back() == run / "recipe.resolved.yaml");
}

TEST_CASE("a recipe cannot name a model outside its run, and where it is gone a trained model is known by its contents") {
  const TemporaryFolder folder;
  const fs::path run = folder.path() / "run", outside = folder.path() / "outside.safetensors";
  write(outside, "x");
  for (const char* name : {"../outside.safetensors", "/etc/passwd", "notes.txt", "checkpoints/best.safetensors"}) {
    write(run / "recipe.resolved.yaml", std::string("export: {model: ") + name + "}\n");
    CHECK(model_of_run(run).empty());
  }
  write(run / "recipe.resolved.yaml", "damaged: [");
  write_safetensors(run / "model.safetensors", {}, {{"tnn.epoch", "3"}});
  CHECK(model_of_run(run) == run / "model.safetensors");
  write_safetensors(run / "model.safetensors", {}, {{"format", "pt"}});
  CHECK(model_of_run(run).empty());
  CHECK_FALSE(is_trained_model(outside));
  fs::create_directory_symlink(run, run / "gates");
  CHECK(files_of_run(run).size() == 1);  // and not again and again
}
