#include "training/epoch_loop.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/atomic_file.h"
#include "core/interruption.h"
#include "core/stopwatch.h"
#include "data/sample_noun.h"

namespace tnn {
namespace {

LoaderOptions loader_options(const TrainingData& data, const EpochLoopOptions& options) {
  LoaderOptions loader;
  loader.batch_size = options.batch_size;
  loader.shuffle = true;
  loader.drop_last = static_cast<int64_t>(data.train.size()) > options.batch_size;  // a small last batch gives batch norm poor statistics
  loader.channels_last = options.channels_last;
  loader.workers = data.workers;
  loader.seed = options.seed;
  loader.augmentation = data.augmentation;
  return loader;
}

}  // namespace

EpochLoop::EpochLoop(std::vector<ParameterStore::Entry> parameters, TrainingData data, EpochLoopOptions options,
                     std::filesystem::path last_path)
    : data_(std::move(data)),
      optimizer_(std::move(parameters), options.optimizer),
      learning_rate_(options.schedule),
      options_(std::move(options)),
      last_path_(std::move(last_path)),
      loader_(data_.images, data_.train, loader_options(data_, options_)) {
  if (options_.noun.empty()) options_.noun = noun_of(*data_.images);
  if (data_.train.empty()) throw UsageError(fmt::format("no training {} are left", options_.noun));
  create_folder(last_path_.parent_path());
}

TrainingEnd EpochLoop::run(Progress& progress, const TrainingObserver& observer) {
  if (state_.global_step == 0) save_last();  // so that there is something to resume, and a full disk shows before hours are spent
  while (state_.epoch < options_.epochs)
    if (!run_epoch(progress, observer)) return TrainingEnd::interrupted;
  return TrainingEnd::finished;
}

double EpochLoop::position() const {
  return static_cast<double>(state_.epoch) + static_cast<double>(state_.step_in_epoch) / static_cast<double>(loader_.batches_per_epoch());
}

int64_t EpochLoop::images_done() const { return std::min(state_.step_in_epoch * options_.batch_size, loader_.size()); }

void EpochLoop::train_step(Batch& batch) {
  optimizer_.zero_grad();
  const StepResult step = accumulate(batch);
  if (!step.finite)
    throw Error(ExitCode::diverged,
                fmt::format("the loss is {} at step {} (epoch {}, u = {:.4f}): training stopped; the last good checkpoint is '{}'. {}",
                            step.loss, state_.global_step, state_.epoch + 1, step.failed_u, last_path().string(), options_.advice));
  if (options_.clip_norm > 0) optimizer_.clip_gradients(options_.clip_norm);
  last_learning_rate_ = learning_rate_.at(position());
  optimizer_.step(last_learning_rate_);
  after_update();
  state_.loss_sum += step.loss;
  ++state_.loss_steps;
  state_.metric += step.metric;
  state_.step_in_epoch = batch.number + 1;  // batches of damaged images alone are passed over
  ++state_.global_step;
}

void EpochLoop::log_step(const TrainingObserver& observer, Progress::Figures figures) const {
  figures.emplace_back("learning_rate", last_learning_rate_);
  figures.emplace_back("images_per_second", static_cast<double>(images_done()) / std::max(1e-9, state_.seconds));
  for (const auto& figure : further_figures()) figures.push_back(figure);
  observer.on_step(state_.global_step, position(), figures);
}

bool EpochLoop::run_epoch(Progress& progress, const TrainingObserver& observer) {
  progress.begin(fmt::format("{} {}/{}", options_.phase, state_.epoch + 1, options_.epochs),
                 std::min(loader_.batches_per_epoch() * options_.batch_size, loader_.size()), options_.noun);
  loader_.start_epoch(state_.epoch, state_.step_in_epoch);
  Batch batch;
  const Stopwatch watch;
  const double seconds_before = state_.seconds;
  while (loader_.next(batch)) {
    train_step(batch);
    state_.seconds = seconds_before + watch.seconds();
    const auto mean = [&](double sum, int64_t count) { return count ? sum / static_cast<double>(count) : 0.0; };
    Progress::Figures figures{{"loss", mean(state_.loss_sum, state_.loss_steps)}};
    if (state_.metric.count > 0) figures.emplace_back(options_.metric_name, mean(state_.metric.sum, state_.metric.count));
    progress.advance(images_done(), figures);
    if (observer.on_step && state_.global_step % options_.log_steps == 0) log_step(observer, figures);
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

void EpochLoop::finish_epoch(Progress& progress, const TrainingObserver& observer) {
  EpochSummary summary;
  summary.epoch = state_.epoch + 1;
  summary.training_loss = state_.loss_sum / static_cast<double>(std::max<int64_t>(1, state_.loss_steps));
  summary.training_metric = state_.metric.count > 0 ? state_.metric.sum / static_cast<double>(state_.metric.count) : -1;
  const double batches = static_cast<double>(loader_.batches_per_epoch());
  summary.learning_rate = learning_rate_.at(static_cast<double>(state_.epoch) + (batches - 1) / batches);
  summary.seconds = state_.seconds;
  end_epoch(summary, summary.epoch == options_.epochs);
  state_.history.push_back(summary);
  ++state_.epoch;
  state_.step_in_epoch = 0;
  state_.loss_sum = state_.seconds = 0;
  state_.loss_steps = 0;
  state_.metric = {};
  progress.end();
  if (observer.on_epoch) observer.on_epoch(state_.global_step, summary);  // before the checkpoint: what a kill cuts off is written again
  save_last();
}

}  // namespace tnn
