#pragma once

#include "core/progress.h"
#include "pipelines/experiment.h"
#include "pipelines/run_folder.h"
#include "pipelines/training_stage.h"

namespace tnn {

/// Trains the data path of a recipe into a run folder: checkpoints, metrics.jsonl, TensorBoard events; then takes the best checkpoint,
/// measures batch-norm statistics for every operating point, and writes the model file. With `resume`, goes on from the last checkpoint.
/// Throws Error(terminated or interrupted) after a checkpoint where a stop was requested.
TrainedStage train_datapath(const Experiment& experiment, const TrainingData& data, const RunFolder& folder, bool resume,
                            Progress& progress);

}  // namespace tnn
