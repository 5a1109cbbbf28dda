#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tnn {

/// The files that runs write, in and below a run folder.

/// Names of the reports of a sweep.
const std::vector<std::string>& report_file_names();

/// The model file that the run in this folder wrote, or is to write: its recipe names it. Where that recipe is gone or cannot be read, the
/// usual name if a training wrote that file. Empty: none is known.
std::filesystem::path model_of_run(const std::filesystem::path& folder);

/// Whether a training wrote this model file (an export of a model does not count).
bool is_trained_model(const std::filesystem::path& file);

/// All files that are there and that the run in this folder wrote, those of its later stages with them; the recipe, by which they are
/// known, comes last. Others, such as exports, are not listed. None where the folder holds no run.
std::vector<std::filesystem::path> files_of_run(const std::filesystem::path& folder);

}  // namespace tnn
