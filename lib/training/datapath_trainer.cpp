#include "training/datapath_trainer.h"

#include <fmt/format.h>

#include <algorithm>

#include "network/model_file.h"
#include "training/calibration.h"
#include "training/checkpoint.h"
#include "training/training_step.h"
#include "training/validation.h"

namespace tnn {
namespace {

EpochLoopOptions loop_options(const Network& network, const Task& task, const DatapathOptions& options) {
  EpochLoopOptions loop(options);
  loop.phase = "epoch";
  loop.metric_name = task.score_name();
  loop.channels_last = network.channels_last();
  loop.clip_norm = options.clip_norm;
  loop.advice = "A lower training.learning_rate, training.warmup_epochs or training.clip_norm may help";
  return loop;
}

}  // namespace

DatapathTrainer::DatapathTrainer(Network& network, const Task& task, TrainingData data, DatapathOptions options,
                                 std::filesystem::path folder, Fingerprint fingerprint)
    : EpochLoop(network.parameters().trainable(), std::move(data), loop_options(network, task, options), folder / "last.safetensors"),
      network_(network),
      task_(task),
      options_(std::move(options)),
      best_path_(folder / "best.safetensors"),
      fingerprint_(std::move(fingerprint)) {}

bool DatapathTrainer::resume() {
  if (!std::filesystem::exists(last_path())) return false;
  const SafetensorsFile file(last_path());
  state_ = read_checkpoint_state(file, fingerprint_);
  load_parameters(file, network_);
  optimizer_.load_state(file);
  learning_rate_.load_state(state_.learning_rate);
  return true;
}

StepResult DatapathTrainer::accumulate(Batch& batch, const StepShare& share) {
  const InputBatch input = to_tensors(batch, network_.device());
  keep_earlier_slice();
  const StepResult step = accumulate_gradients(network_, task_, input, options_, state_.epoch, state_.global_step, share);
  if (kept_) kept_->clear_gradients();
  return step;
}

void DatapathTrainer::after_update() {
  if (kept_) kept_->restore();
}

/// Where a curriculum trains the new slice alone: takes note of what its last smaller operating point reads, when a stage begins.
void DatapathTrainer::keep_earlier_slice() {
  const PriorOptions& prior = options_.prior;
  if (prior.kind != PriorKind::curriculum || !prior.new_slice_alone) return;
  const auto point = [&](int64_t epoch) { return point_at(network_.description(), curriculum_utilization(prior, epoch)); };
  int64_t epoch = state_.epoch;
  const int now = point(epoch);
  while (epoch > 0 && point(epoch) == now) --epoch;
  const int earlier = point(epoch);
  if (earlier != now && (!kept_ || kept_->point() != earlier)) kept_.emplace(network_, earlier);
}

std::vector<double> DatapathTrainer::evaluated_utilizations() const {
  std::vector<double> utilizations = options_.validation_u;
  if (options_.best == BestCriterion::accuracy_at_u &&
      std::find(utilizations.begin(), utilizations.end(), options_.best_u) == utilizations.end())
    utilizations.push_back(options_.best_u);
  return utilizations;
}

double DatapathTrainer::score(const std::vector<double>& validation) const {
  const auto utilizations = evaluated_utilizations();
  if (options_.best == BestCriterion::accuracy_at_u)
    return validation[static_cast<size_t>(std::find(utilizations.begin(), utilizations.end(), options_.best_u) - utilizations.begin())];
  double sum = 0;
  for (const double value : validation) sum += value;
  return sum / static_cast<double>(validation.size());
}

void DatapathTrainer::end_epoch(EpochSummary& summary, bool last) {
  if (!data_.validation.empty() && (last || summary.epoch % options_.validate_epochs == 0)) {
    const auto utilizations = evaluated_utilizations();
    std::vector<int> points;
    for (const double u : utilizations) points.push_back(point_at(network_.description(), u));
    calibrate_batch_norm(network_, data_, points, options_.recalibration_images, options_.seed);
    summary.validation = validate(network_, task_, data_, utilizations, options_.evaluation_batch);
    summary.score = score(summary.validation);
    learning_rate_.observe(summary.score);
    state_.learning_rate = learning_rate_.state();
  }
  const bool improved = options_.best == BestCriterion::last ? last : summary.score > state_.best_score;
  if (!improved) return;
  check_weights();
  state_.best_score = summary.score;
  state_.best_epoch = summary.epoch;
  if (!is_writer(data_.group)) return;
  save_network(best_path(), network_, {},
               {{"tnn.epoch", std::to_string(summary.epoch)}, {"tnn.validation_score", fmt::format("{}", summary.score)}});
}

void DatapathTrainer::check_weights() const { check_finite(network_.parameters().entries(), state_, last_path()); }

void DatapathTrainer::save_last() const {
  check_weights();
  save_checkpoint(last_path(), network_, optimizer_.state(), state_, fingerprint_);
}

}  // namespace tnn
