#include "training/datapath_trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "core/atomic_file.h"
#include "core/interruption.h"
#include "network/model_file.h"
#include "training/calibration.h"
#include "training/training_state.h"
#include "training/training_step.h"
#include "training/validation.h"

namespace tnn {
namespace {

constexpr const char* kStateKey = "tnn.training_state";
constexpr const char* kIdentityKey = "tnn.training_identity";

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

LoaderOptions loader_options(const Network& network, const TrainingData& data, const DatapathOptions& options) {
  LoaderOptions loader;
  loader.batch_size = options.batch_size;
  loader.shuffle = true;
  loader.drop_last = static_cast<int64_t>(data.train.size()) > options.batch_size;  // a small last batch gives batch norm poor statistics
  loader.channels_last = network.channels_last();
  loader.workers = data.workers;
  loader.seed = options.seed;
  loader.augmentation = data.augmentation;
  return loader;
}

}  // namespace

DatapathTrainer::DatapathTrainer(Network& network, TrainingData data, DatapathOptions options, std::filesystem::path folder,
                                 std::string identity)
    : network_(network),
      data_(std::move(data)),
      options_(std::move(options)),
      folder_(std::move(folder)),
      identity_(std::move(identity)),
      loader_(data_.images, data_.train, loader_options(network, data_, options_)),
      optimizer_(network.parameters().trainable(), options_.optimizer),
      learning_rate_(options_.schedule) {
  if (data_.train.empty()) throw UsageError("no training images are left");
  create_folder(folder_);
}

bool DatapathTrainer::resume() {
  if (!std::filesystem::exists(last_path())) return false;
  const SafetensorsFile file(last_path());
  const auto metadata = [&](const char* key) {
    const auto found = file.metadata().find(key);
    if (found == file.metadata().end())
      throw DataError(fmt::format("'{}' holds no training state: it cannot be resumed", last_path().string()));
    return found->second;
  };
  if (metadata(kIdentityKey) != identity_)
    throw UsageError(
        fmt::format("'{}' belongs to a training with other settings: resume with the recipe and --set values it was started with "
                    "(recipe.resolved.yaml beside it), or start anew with --overwrite",
                    last_path().string()));
  state_ = training_state_from_json(metadata(kStateKey));
  load_parameters(file, network_);
  optimizer_.load_state(file);
  learning_rate_.load_state(state_.learning_rate);
  return true;
}

TrainingEnd DatapathTrainer::run(Progress& progress, const TrainingObserver& observer) {
  if (state_.global_step == 0) save_last();  // so that there is something to resume, and a full disk shows before hours are spent
  while (state_.epoch < options_.epochs)
    if (!run_epoch(progress, observer)) return TrainingEnd::interrupted;
  return TrainingEnd::finished;
}

double DatapathTrainer::position() const {
  return static_cast<double>(state_.epoch) + static_cast<double>(state_.step_in_epoch) / static_cast<double>(loader_.batches_per_epoch());
}

int64_t DatapathTrainer::images_done() const { return std::min(state_.step_in_epoch * options_.batch_size, loader_.size()); }

void DatapathTrainer::train_step(Batch& batch) {
  const InputBatch input = to_tensors(batch, network_.channels_last(), network_.device());
  optimizer_.zero_grad();
  const StepLoss step = accumulate_gradients(network_, input, options_, state_.epoch, state_.global_step);
  if (!step.finite)
    throw Error(ExitCode::diverged,
                fmt::format("the loss is {} at step {} (epoch {}, u = {:.4f}): training stopped; the last good checkpoint is '{}'. "
                            "A lower training.learning_rate, training.warmup_epochs or training.clip_norm may help",
                            step.loss, state_.global_step, state_.epoch + 1, step.failed_u, last_path().string()));
  if (options_.clip_norm > 0) optimizer_.clip_gradients(options_.clip_norm);
  last_learning_rate_ = learning_rate_.at(position());
  optimizer_.step(last_learning_rate_);
  state_.loss_sum += step.loss;
  ++state_.loss_steps;
  state_.correct += step.correct;
  state_.seen += step.seen;
  ++state_.step_in_epoch;
  ++state_.global_step;
}

bool DatapathTrainer::run_epoch(Progress& progress, const TrainingObserver& observer) {
  progress.begin(fmt::format("epoch {}/{}", state_.epoch + 1, options_.epochs),
                 std::min(loader_.batches_per_epoch() * options_.batch_size, loader_.size()), "images");
  loader_.start_epoch(state_.epoch, state_.step_in_epoch);
  Batch batch;
  auto start = std::chrono::steady_clock::now();
  const double seconds_before = state_.seconds;
  while (loader_.next(batch)) {
    train_step(batch);
    state_.seconds = seconds_before + seconds_since(start);
    const auto mean = [&](double sum, int64_t count) { return count ? sum / static_cast<double>(count) : 0.0; };
    const Progress::Figures figures{{"loss", mean(state_.loss_sum, state_.loss_steps)},
                                    {"accuracy", mean(static_cast<double>(state_.correct), state_.seen)}};
    progress.advance(images_done(), figures);
    if (observer.on_step && state_.global_step % options_.log_steps == 0) {
      auto all = figures;
      all.emplace_back("learning_rate", last_learning_rate_);
      all.emplace_back("images_per_second", static_cast<double>(images_done()) / std::max(1e-9, state_.seconds));
      observer.on_step(state_.global_step, position(), all);
    }
    if (interruption_signal() != 0) {
      save_last();
      return false;
    }
    if (options_.checkpoint_steps > 0 && state_.global_step % options_.checkpoint_steps == 0) save_last();
  }
  try {
    finish_epoch(progress, observer);
  } catch (const Interrupted&) {
    save_last();  // after the last step: what goes on from there validates anew
    return false;
  }
  return true;
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

void DatapathTrainer::finish_epoch(Progress& progress, const TrainingObserver& observer) {
  EpochSummary summary;
  summary.epoch = state_.epoch + 1;
  summary.training_loss = state_.loss_sum / static_cast<double>(std::max<int64_t>(1, state_.loss_steps));
  summary.training_accuracy = static_cast<double>(state_.correct) / static_cast<double>(std::max<int64_t>(1, state_.seen));
  const double batches = static_cast<double>(loader_.batches_per_epoch());
  summary.learning_rate = learning_rate_.at(static_cast<double>(state_.epoch) + (batches - 1) / batches);
  summary.seconds = state_.seconds;
  const bool last = summary.epoch == options_.epochs;
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
  if (improved) {
    check_weights();
    state_.best_score = summary.score;
    state_.best_epoch = summary.epoch;
    save_network(best_path(), network_, {},
                 {{"tnn.epoch", std::to_string(summary.epoch)}, {"tnn.validation_score", fmt::format("{}", summary.score)}});
  }
  state_.history.push_back(summary);
  ++state_.epoch;
  state_.step_in_epoch = 0;
  state_.loss_sum = state_.seconds = 0;
  state_.loss_steps = state_.correct = state_.seen = 0;
  save_last();
  progress.end();
  if (observer.on_epoch) observer.on_epoch(state_.global_step, summary);
}

/// A last update can spoil weights before any loss shows it: what is not finite never replaces a good checkpoint.
void DatapathTrainer::check_weights() const {
  for (const auto& entry : network_.parameters().trainable())
    if (!std::isfinite(entry.tensor.detach().sum().item<double>()))
      throw Error(ExitCode::diverged,
                  fmt::format("'{}' is not finite after step {} (epoch {}): training stopped; the last good checkpoint is '{}'", entry.name,
                              state_.global_step, state_.epoch + 1, last_path().string()));
}

void DatapathTrainer::save_last() const {
  check_weights();
  save_network(last_path(), network_, optimizer_.state(), {{kStateKey, training_state_to_json(state_)}, {kIdentityKey, identity_}});
}

}  // namespace tnn
