#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/progress.h"
#include "network/network.h"
#include "pipelines/run_folder.h"
#include "tasks/task.h"
#include "training/epoch_loop.h"

namespace tnn {

/// How a stage is logged.
struct StageLog {
  /// A number of EpochSummary::validation.
  struct Figure {
    std::string name;     ///< in metrics: "validation_accuracy_u0.5"
    std::string words;    ///< behind it in the epoch's line: "at u = 0.5"; empty: the line leaves it out
    bool percent = true;  ///< in the line
  };
  int64_t epochs = 0;
  std::vector<Figure> validation;
  bool tensorboard = true;
  std::string score_name;                                       ///< of the task: "accuracy"
  std::function<std::string(const EpochSummary&)> remark = {};  ///< a further line about an epoch; "": none

  /// Of stages that validate at utilizations, and at the one of the best checkpoint where it is none of them.
  static std::vector<Figure> at_utilizations(const std::string& score_name, const std::vector<double>& utilizations);
};

/// "resumed at epoch 3, step 120".
std::string resumed_message(const TrainingState& state);

/// Runs a trainer to its end, with a message for each epoch, and, where `writes`, metrics.jsonl and TensorBoard events. Throws Interrupted
/// after a checkpoint where a stop was requested.
void run_training(EpochLoop& trainer, const StageLog& log, const RunFolder& folder, bool writes, Progress& progress);

/// How the operating points of trained weights are measured.
struct PointMeasurement {
  int64_t recalibration_images = 2000, evaluation_batch = 500;
  uint64_t seed = 1;
};

/// Measures batch-norm statistics of every operating point where they are recalibrated, and writes to each how it does on the validation
/// split. Throws Interrupted, with the trainer's checkpoint to resume from, at a request to stop.
void measure_points(Network& network, const Task& task, const TrainingData& data, const PointMeasurement& how, const EpochLoop& trainer,
                    Progress& progress);

}  // namespace tnn
