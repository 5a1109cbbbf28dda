#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/progress.h"
#include "network/parameter_store.h"
#include "training/loop_settings.h"
#include "training/shared_state.h"
#include "training/step_result.h"
#include "training/step_share.h"
#include "training/training_data.h"

namespace tnn {

/// One finished epoch.
struct EpochSummary {
  int64_t epoch = 0;                              ///< counted from 1
  double training_loss = 0, training_metric = 0;  ///< means over its steps and samples; the metric -1 where the task has none of batches
  std::vector<double> validation;                 ///< the headline metric at options.validation_u; empty: not evaluated
  double score = -1;                              ///< by the criterion of best; -1: not evaluated
  double learning_rate = 0;                       ///< of its last step
  double seconds = 0;
};

/// Where a training stands: all that is needed, beside weights and optimiser, to go on bit for bit. Random numbers need no state: they are
/// addressed by (seed, step, sample).
struct TrainingState {
  int64_t epoch = 0, step_in_epoch = 0, global_step = 0;
  double loss_sum = 0;
  int64_t loss_steps = 0;
  MetricSum metric;
  double seconds = 0;      ///< of the epoch so far
  double best_score = -1;  ///< of best_epoch; GateTrainer, which keeps no best, stores the last score here
  int64_t best_epoch = 0;
  LearningRate::State learning_rate;
  std::vector<EpochSummary> history;
};

/// What a training tells those who log it.
struct TrainingObserver {
  /// Every log_steps: figures by name (loss, the task's score, learning_rate, images_per_second).
  std::function<void(int64_t global_step, double epoch, const Progress::Figures&)> on_step;
  std::function<void(int64_t global_step, const EpochSummary&)> on_epoch;
};

enum class TrainingEnd { finished, interrupted };

/// What an epoch loop needs to know of a training.
struct EpochLoopOptions : LoopSettings {
  EpochLoopOptions() = default;
  explicit EpochLoopOptions(const LoopSettings& settings) : LoopSettings(settings) {}

  std::string phase;        ///< for progress: "epoch", "gates, epoch"
  std::string noun;         ///< what the samples are called; empty: noun_of() the data
  std::string metric_name;  ///< of StepResult::metric in figures
  double clip_norm = 0;     ///< 0: off
  bool channels_last = true;
  std::string advice;  ///< what may help where the loss is not finite
};

/// The loop over epochs and steps that every training goes through: batches, updates, sums, progress, checkpoints, and requests to stop.
/// What a step and the end of an epoch are is the derived trainer's. Several processes (TrainingData::group) share each batch: all hold the
/// same weights and state, rank 0 writes.
class EpochLoop {
 public:
  virtual ~EpochLoop() = default;
  EpochLoop(const EpochLoop&) = delete;
  EpochLoop& operator=(const EpochLoop&) = delete;

  /// Trains to the end, or to the step, or the batch of a validation, after an interruption is requested (then a checkpoint is written).
  /// Throws Error(diverged) where the loss is not finite: says step and u, and the last checkpoint stays. Throws PeerLost where another
  /// process is lost, after a checkpoint of the last whole step.
  TrainingEnd run(Progress& progress, const TrainingObserver& observer);

  const TrainingState& state() const { return state_; }
  const std::filesystem::path& last_path() const { return last_path_; }

 protected:
  /// Creates the checkpoint's folder.
  EpochLoop(std::vector<ParameterStore::Entry> parameters, TrainingData data, EpochLoopOptions options, std::filesystem::path last_path);

  /// Leaves the gradient of one step's mean loss in the parameters; of several processes each its share, which are then added up.
  virtual StepResult accumulate(Batch& batch, const StepShare& share) = 0;
  /// What all processes hold alike, beside the optimiser's state.
  virtual std::vector<at::Tensor> state_tensors() const = 0;
  /// What forward passes leave of each process's samples, and is to be the mean over the processes.
  virtual std::vector<at::Tensor> batch_statistics() const { return {}; }
  /// Figures of the last step, of which each process has its part of the sum.
  virtual std::vector<double*> shared_figures() { return {}; }
  /// What belongs to the end of an epoch, before it counts: validation, the best checkpoint. `last`: of the whole training.
  virtual void end_epoch(EpochSummary& summary, bool last) = 0;
  /// What belongs to a step after its update.
  virtual void after_update() {}
  /// Writes last_path() from state() and the weights; in rank 0.
  virtual void save_last() const = 0;
  /// Further figures of the last step for metrics.
  virtual Progress::Figures further_figures() const { return {}; }

  TrainingData data_;
  Optimizer optimizer_;
  LearningRate learning_rate_;
  TrainingState state_;

 private:
  bool run_epoch(Progress& progress, const TrainingObserver& observer);
  void share_state();
  void save() const;
  StepShare share_of(const Batch& batch) const;
  void train_step(Batch& batch, const StepShare& share);
  StepResult combined(StepResult own);
  void log_step(const TrainingObserver& observer, Progress::Figures figures) const;
  void finish_epoch(Progress& progress, const TrainingObserver& observer);
  double position() const;
  int64_t images_done() const;  ///< of the epoch

  EpochLoopOptions options_;
  std::filesystem::path last_path_;
  Loader loader_;
  std::unique_ptr<GradientReducer> reducer_;   ///< null: this process is alone
  std::vector<at::Tensor> statistics_before_;  ///< the step under way
  int stop_signal_ = 0;                        ///< that all processes know of
  int64_t exchanged_bytes_ = 0;                ///< of the last step, that this process gave to be summed
  double last_learning_rate_ = 0;
};

}  // namespace tnn
