#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/progress.h"
#include "training/datapath_options.h"
#include "training/training_data.h"

namespace tnn {

/// One finished epoch.
struct EpochSummary {
  int64_t epoch = 0;  ///< counted from 1
  double training_loss = 0, training_accuracy = 0;
  std::vector<double> validation_accuracy;  ///< at options.validation_u; empty: not evaluated
  double score = -1;                        ///< by the criterion of best; -1: not evaluated
  double learning_rate = 0;                 ///< of its last step
  double seconds = 0;
};

/// Where a training stands: all that is needed, beside weights and optimiser, to go on bit for bit. Random numbers need no state: they are
/// addressed by (seed, step, sample).
struct TrainingState {
  int64_t epoch = 0, step_in_epoch = 0, global_step = 0;
  double loss_sum = 0;
  int64_t loss_steps = 0, correct = 0, seen = 0;
  double seconds = 0;  ///< of the epoch so far
  double best_score = -1;
  int64_t best_epoch = 0;
  LearningRate::State learning_rate;
  std::vector<EpochSummary> history;
};

/// What a training tells those who log it.
struct TrainingObserver {
  /// Every log_steps: figures by name (loss, accuracy, learning_rate, images_per_second).
  std::function<void(int64_t global_step, double epoch, const Progress::Figures&)> on_step;
  std::function<void(int64_t global_step, const EpochSummary&)> on_epoch;
};

enum class TrainingEnd { finished, interrupted };

/// Trains the data path: gradient descent over utilizations drawn by a prior (DTNN 3.2.5, phase 1; Algorithm 1, lines 1-9), with
/// checkpoints from which it goes on exactly.
class DatapathTrainer {
 public:
  /// `folder` takes last.safetensors and best.safetensors. `identity` is stored with a checkpoint: resuming under another one is an error.
  DatapathTrainer(Network& network, TrainingData data, DatapathOptions options, std::filesystem::path folder, std::string identity);

  /// Goes on from last.safetensors; false where there is none. UsageError where it belongs to another recipe.
  bool resume();
  /// Trains to the end, or to the step, or the batch of a validation, after an interruption is requested (then a checkpoint is written).
  /// Throws Error(diverged) where the loss is not finite: says step and u, and the last checkpoint stays.
  TrainingEnd run(Progress& progress, const TrainingObserver& observer);

  const TrainingState& state() const { return state_; }
  std::filesystem::path last_path() const { return folder_ / "last.safetensors"; }
  std::filesystem::path best_path() const { return folder_ / "best.safetensors"; }

 private:
  bool run_epoch(Progress& progress, const TrainingObserver& observer);
  void train_step(Batch& batch);
  void finish_epoch(Progress& progress, const TrainingObserver& observer);
  double score(const std::vector<double>& accuracies) const;
  std::vector<double> evaluated_utilizations() const;
  void check_weights() const;
  void save_last() const;
  double position() const;
  int64_t images_done() const;  ///< of the epoch

  Network& network_;
  TrainingData data_;
  DatapathOptions options_;
  std::filesystem::path folder_;
  std::string identity_;
  Loader loader_;
  Optimizer optimizer_;
  LearningRate learning_rate_;
  double last_learning_rate_ = 0;
  TrainingState state_;
};

}  // namespace tnn
