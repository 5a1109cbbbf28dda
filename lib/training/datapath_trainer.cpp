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

EpochLoopOptions loop_options(const DatapathOptions& options) {
  EpochLoopOptions loop;
  loop.phase = "epoch";
  loop.epochs = options.epochs;
  loop.batch_size = options.batch_size;
  loop.optimizer = options.optimizer;
  loop.schedule = options.schedule;
  loop.clip_norm = options.clip_norm;
  loop.seed = options.seed;
  loop.checkpoint_steps = options.checkpoint_steps;
  loop.log_steps = options.log_steps;
  loop.advice = "A lower training.learning_rate, training.warmup_epochs or training.clip_norm may help";
  return loop;
}

}  // namespace

DatapathTrainer::DatapathTrainer(Network& network, TrainingData data, DatapathOptions options, std::filesystem::path folder,
                                 std::string identity)
    : EpochLoop(network, network.parameters().trainable(), std::move(data), loop_options(options), folder / "last.safetensors"),
      options_(std::move(options)),
      best_path_(folder / "best.safetensors"),
      identity_(std::move(identity)) {}

bool DatapathTrainer::resume() {
  if (!std::filesystem::exists(last_path())) return false;
  const SafetensorsFile file(last_path());
  state_ = read_checkpoint_state(file, identity_);
  load_parameters(file, network_);
  optimizer_.load_state(file);
  learning_rate_.load_state(state_.learning_rate);
  return true;
}

StepLoss DatapathTrainer::accumulate(const InputBatch& input) {
  return accumulate_gradients(network_, input, options_, state_.epoch, state_.global_step);
}

std::vector<double> DatapathTrainer::evaluated_utilizations() const {
  std::vector<double> utilizations = options_.validation_u;
  if (options_.best == BestCriterion::accuracy_at_u &&
      std::find(utilizations.begin(), utilizations.end(), options_.best_u) == utilizations.end())
    utilizations.push_back(options_.best_u);
  return utilizations;
}

double DatapathTrainer::score(const std::vector<double>& accuracies) const {
  const auto utilizations = evaluated_utilizations();
  if (options_.best == BestCriterion::accuracy_at_u)
    return accuracies[static_cast<size_t>(std::find(utilizations.begin(), utilizations.end(), options_.best_u) - utilizations.begin())];
  double sum = 0;
  for (const double accuracy : accuracies) sum += accuracy;
  return sum / static_cast<double>(accuracies.size());
}

void DatapathTrainer::conclude(EpochSummary& summary, bool last) {
  if (!data_.validation.empty() && (last || summary.epoch % options_.validate_epochs == 0)) {
    const auto utilizations = evaluated_utilizations();
    std::vector<int> points;
    for (const double u : utilizations)
      if (const auto point = find_operating_point(network_.description().points, network_.configuration_at(u))) points.push_back(*point);
    calibrate_batch_norm(network_, data_, points, options_.recalibration_images, options_.seed);
    summary.validation_accuracy = validation_accuracy(network_, data_, utilizations, options_.evaluation_batch);
    summary.score = score(summary.validation_accuracy);
    learning_rate_.observe(summary.score);
    state_.learning_rate = learning_rate_.state();
  }
  const bool improved = options_.best == BestCriterion::last ? last : summary.score > state_.best_score;
  if (!improved) return;
  check_weights();
  state_.best_score = summary.score;
  state_.best_epoch = summary.epoch;
  save_network(best_path(), network_, {},
               {{"tnn.epoch", std::to_string(summary.epoch)}, {"tnn.validation_score", fmt::format("{}", summary.score)}});
}

void DatapathTrainer::check_weights() const { check_finite(network_.parameters().trainable(), state_, last_path()); }

void DatapathTrainer::save_last() const {
  check_weights();
  save_checkpoint(last_path(), network_, optimizer_.state(), state_, identity_);
}

}  // namespace tnn
