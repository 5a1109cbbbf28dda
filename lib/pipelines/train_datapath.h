#pragma once

#include <filesystem>
#include <vector>

#include "core/progress.h"
#include "pipelines/experiment.h"
#include "pipelines/run_folder.h"
#include "training/datapath_trainer.h"

namespace tnn {

/// What training the data path leaves.
struct TrainedDatapath {
  std::filesystem::path model;  ///< the file to sweep, export and deploy
  std::vector<EpochSummary> history;
  int64_t best_epoch = 0;
};

/// Trains the data path of a recipe into a run folder: checkpoints, metrics.jsonl, TensorBoard events; then takes the best checkpoint,
/// measures batch-norm statistics for every operating point, and writes the model file. With `resume`, goes on from the last checkpoint.
/// Throws Error(terminated or interrupted) after a checkpoint where a stop was requested.
TrainedDatapath train_datapath(const Experiment& experiment, const TrainingData& data, const RunFolder& folder, bool resume,
                               Progress& progress);

}  // namespace tnn
