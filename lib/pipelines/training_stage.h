#pragma once

#include "core/progress.h"
#include "pipelines/run_folder.h"
#include "training/epoch_loop.h"

namespace tnn {

/// What a stage of training leaves.
struct TrainedStage {
  std::filesystem::path model;  ///< the file to sweep, export and deploy
  std::vector<EpochSummary> history;
  int64_t best_epoch = 0;
};

/// How a stage is logged.
struct StageLog {
  int64_t epochs = 0;
  std::vector<double> validation_u;
  bool tensorboard = true;
};

/// Runs a trainer to its end, with metrics.jsonl, TensorBoard events and a message for each epoch. Throws Interrupted after a checkpoint
/// where a stop was requested.
void run_training(EpochLoop& trainer, const StageLog& log, const RunFolder& folder, Progress& progress);

/// How the operating points of trained weights are measured.
struct PointMeasurement {
  int64_t recalibration_images = 2000, evaluation_batch = 500;
  uint64_t seed = 1;
};

/// Measures batch-norm statistics of every operating point where they are recalibrated, and writes to each how it does on the validation
/// split. Throws Interrupted, with the trainer's checkpoint to resume from, at a request to stop.
void measure_points(Network& network, const TrainingData& data, const PointMeasurement& how, const EpochLoop& trainer, Progress& progress);

}  // namespace tnn
