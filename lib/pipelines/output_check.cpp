#include "pipelines/output_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "core/folder.h"
#include "core/output_place.h"
#include "pipelines/run_files.h"

namespace tnn {
namespace fs = std::filesystem;
namespace {

constexpr int kFoldersAbove = 2;  ///< of a model file: its run's, or that of checkpoints/ or gates/ in it

/// Folders that hold a run which a model file is part of.
std::vector<fs::path> runs_around(const fs::path& model) {
  std::error_code fault;
  fs::path folder = fs::weakly_canonical(model, fault);
  if (fault) return {};
  if (!fs::is_directory(folder, fault)) folder = folder.parent_path();
  std::vector<fs::path> runs;
  for (int i = 0; i <= kFoldersAbove; ++i, folder = folder.parent_path())
    if (RunFolder(folder).holds_run()) runs.push_back(folder);
  return runs;
}

/// The files that a training writes or removes.
std::vector<fs::path> replaced_by_training(const fs::path& folder, const std::string& model) {
  std::vector<fs::path> files = files_of_run(folder);
  const RunFolder run(folder);
  for (const auto& place : {folder / model, run.checkpoints() / "last.safetensors", run.checkpoints() / "best.safetensors"})
    files.push_back(place);
  for (const auto& name : report_file_names()) files.push_back(folder / name);
  std::erase(files, run.recipe());  // a run may be repeated by its own recipe, which is read whole before
  return files;
}

void check_model_place(const fs::path& folder, const std::string& name, RunFolder::Existing existing) {
  std::error_code fault;
  const fs::path model = folder / name;
  if (!fs::exists(fs::symlink_status(model, fault))) return;
  if (existing == RunFolder::Existing::resume && fs::exists(RunFolder(folder).checkpoints() / "last.safetensors", fault)) return;
  if (existing != RunFolder::Existing::refuse && (model == model_of_run(folder) || is_trained_model(model))) return;
  throw UsageError(fmt::format(
      "'{}' is there already, and no run of this folder wrote it: --out takes another folder, export.model another name", model.string()));
}

}  // namespace

void CommandInputs::add(const std::string& name, const fs::path& file) {
  if (!file.empty()) files_.emplace_back(name, file);
}

void CommandInputs::add_model(const fs::path& run_or_model) {
  std::error_code fault;
  if (!fs::is_directory(run_or_model, fault)) add("the model", run_or_model);
  for (const fs::path& run : runs_around(run_or_model))
    for (const fs::path& file : files_of_run(run)) add("the run '" + run.string() + "'", file);
}

void CommandInputs::check(const std::string& name, const fs::path& output) const {
  check_kept(name, output);
  const OutputPlace place = output_place(output);
  if (place.kind != OutputPlace::Kind::file) return;
  const fs::path folder = place.path.has_parent_path() ? place.path.parent_path() : fs::path(".");
  std::error_code fault;
  if (!fs::is_directory(folder, fault))
    throw SystemError(fmt::format("{}: cannot create '{}': there is no folder '{}'", name, output.string(), folder.string()));
  check_folder_can_be_written(folder);
}

void CommandInputs::check_kept(const std::string& name, const fs::path& output) const {
  if (output_place(output).kind != OutputPlace::Kind::file) return;
  for (const auto& [input, file] : files_)
    if (is_same_file(output, file))
      throw UsageError(fmt::format("{} '{}' is a file that is read ({}: '{}'), which would be lost; name another file", name,
                                   output.string(), input, file.string()));
}

void check_training_folder(const fs::path& folder, const std::string& model, RunFolder::Existing existing, const CommandInputs& inputs) {
  RunFolder::check(folder, existing);
  check_model_place(folder, model, existing);
  for (const fs::path& file : replaced_by_training(folder, model)) inputs.check_kept("the run's file", file);
}

}  // namespace tnn
