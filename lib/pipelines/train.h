#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/progress.h"
#include "pipelines/run_folder.h"
#include "recipe/recipe.h"
#include "report/utilization_curve.h"

namespace tnn {

struct TrainOptions {
  std::filesystem::path out;  ///< empty: output.folder / output.name
  RunFolder::Existing existing = RunFolder::Existing::refuse;
  bool sweep = true;    ///< false: training alone (train-datapath)
  std::string command;  ///< that repeats it
};

struct TrainResult {
  UtilizationCurve curve;                    ///< of the last stage; empty without a sweep
  std::vector<std::filesystem::path> files;  ///< written, the model first
};

/// Every stage that a recipe holds, in a run folder: trains the data path, sweeps the test set once, writes the reports; where gates are
/// learned, does the same for them in the folder "gates" inside.
TrainResult train(const Recipe& recipe, const TrainOptions& options, Progress& progress);

}  // namespace tnn
