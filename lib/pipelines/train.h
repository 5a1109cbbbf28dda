#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/progress.h"
#include "core/table.h"
#include "distributed/agreement.h"
#include "pipelines/run_folder.h"
#include "pipelines/settings/settings.h"
#include "report/utilization_curve.h"

namespace tnn {

/// What a training command is to do.
struct TrainOptions {
  std::filesystem::path out;  ///< empty: output.folder / output.name, and of a later stage alone its folder inside
  RunFolder::Existing existing = RunFolder::Existing::refuse;
  std::string stage;           ///< one stage alone ("gates"); empty: every one that the recipe asks for
  std::filesystem::path from;  ///< of a stage alone: run folder or model file of what the stages before left
  bool sweep = true;           ///< false: training alone
  std::string command;         ///< that repeats it
  SharedGroup group = {};      ///< the processes that train together; null: this one is alone
};

struct TrainResult {
  UtilizationCurve curve;                    ///< of the last stage; empty without a sweep
  std::vector<std::filesystem::path> files;  ///< written, the model first
};

/// Trains the stages of a recipe, each in a run folder: the first in the run's own, later ones in folders inside. After each, sweeps the
/// test set once and writes the reports. Of several processes, which share every batch, rank 0 writes; the others log to log.rankN.txt in
/// the run's folder. UsageError, in all of them, where one has another recipe, other data or another program.
TrainResult train(const Settings& settings, const TrainOptions& options, Progress& progress);

/// What train() would do, after checking all that can be checked: data found, model and operating points, steps, the folder, and an
/// estimate of the time from a few real training steps on real samples. Writes nothing.
std::string dry_run(const Settings& settings, const TrainOptions& options, TableFormat format);

}  // namespace tnn
