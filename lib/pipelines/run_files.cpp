#include "pipelines/run_files.h"

#include "core/error.h"
#include "formats/safetensors.h"
#include "pipelines/run_folder.h"
#include "recipe/stored_text.h"

namespace tnn {
namespace fs = std::filesystem;
namespace {

constexpr const char* kUsualModel = "model.safetensors";
constexpr const char* kController = "controller.safetensors";
constexpr const char* kEpochKey = "tnn.epoch";        ///< in the metadata of what a training writes
constexpr const char* kExportKey = "tnn.exported_u";  ///< of what an export writes

bool is_event_file(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.rfind("events.out.tfevents.", 0) == 0 && path.extension() == ".tnn";
}

/// "log.rank3.txt", of a process that is not the first.
bool is_rank_log(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.rfind("log.rank", 0) == 0 && path.extension() == ".txt";
}

/// What a recipe may name: a file in the folder itself.
bool is_model_name(const fs::path& name) { return !name.has_parent_path() && name.extension() == ".safetensors"; }

}  // namespace

const std::vector<std::string>& report_file_names() {
  static const std::vector<std::string> names{"curve.csv", "controllers.csv", "curve.json", "curve.h5", "curve.svg", "report.html"};
  return names;
}

bool is_trained_model(const fs::path& file) {
  try {
    const auto metadata = SafetensorsFile(file).metadata();
    return metadata.count(kEpochKey) > 0 && metadata.count(kExportKey) == 0;
  } catch (const Error&) {
    return false;
  }
}

fs::path model_of_run(const fs::path& folder) {
  const auto named = stored_recipe_text(RunFolder(folder).recipe(), "export.model");
  if (named) return is_model_name(*named) ? folder / *named : fs::path();
  return is_trained_model(folder / kUsualModel) ? folder / kUsualModel : fs::path();
}

std::vector<fs::path> files_of_run(const fs::path& folder) {
  const RunFolder run(folder);
  if (!run.holds_run()) return {};
  std::error_code fault;
  std::vector<fs::path> files;
  const auto add = [&](const fs::path& file) {
    if (!file.empty() && !fs::is_directory(file, fault) && fs::exists(fs::symlink_status(file, fault))) files.push_back(file);
  };
  for (const fs::path& stage : run.stages()) {
    if (fs::is_symlink(fs::symlink_status(stage, fault))) continue;
    const auto of_stage = files_of_run(stage);
    files.insert(files.end(), of_stage.begin(), of_stage.end());
  }
  add(model_of_run(folder));
  if (is_trained_model(folder / kController)) add(folder / kController);
  add(run.outputs());
  for (const auto& name : report_file_names()) add(folder / name);
  for (const char* name : {"last.safetensors", "best.safetensors"}) add(run.checkpoints() / name);
  for (fs::directory_iterator entry(run.events(), fault), end; !fault && entry != end; entry.increment(fault))
    if (is_event_file(entry->path())) files.push_back(entry->path());
  for (fs::directory_iterator entry(folder, fault), end; !fault && entry != end; entry.increment(fault))
    if (is_rank_log(entry->path())) files.push_back(entry->path());
  for (const auto& file : {run.metrics(), run.log(), run.recipe()}) add(file);
  return files;
}

}  // namespace tnn
