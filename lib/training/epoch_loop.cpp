#include "training/epoch_loop.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/from_blob.h>
#include <fmt/format.h>

#include <algorithm>

#include "core/atomic_file.h"
#include "core/interruption.h"
#include "core/stopwatch.h"
#include "data/sample_noun.h"
#include "training/training_state.h"

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
  return shared_loading(loader, data.group);
}

/// What all processes say of a step, one number after another: the sums, then for each process its request to stop, 1 where its loss is
/// not finite, and the u of that.
constexpr size_t kSums = 3, kOfEach = 3;

std::vector<double> words_of(const StepResult& step, const ProcessGroup& group) {
  std::vector<double> words{step.loss, step.metric.sum, static_cast<double>(step.metric.count)};
  words.resize(kSums + kOfEach * static_cast<size_t>(group.size()), 0.0);
  double* own = words.data() + kSums + kOfEach * static_cast<size_t>(group.rank());
  own[0] = interruption_signal();
  own[1] = step.finite ? 0 : 1;
  own[2] = step.failed_u;
  if (!step.finite) words[0] = 0;  // what is not a number would hide the rest
  return words;
}

StepResult result_of(const std::vector<double>& words, const ProcessGroup& group, int& signal) {
  StepResult step;
  step.loss = words[0];
  step.metric = {words[1], static_cast<int64_t>(words[2])};
  for (int rank = group.size(); rank-- > 0;) {
    const double* of_rank = words.data() + kSums + kOfEach * static_cast<size_t>(rank);
    if (of_rank[0] != 0) signal = static_cast<int>(of_rank[0]);
    if (of_rank[1] != 0) step.finite = false, step.failed_u = of_rank[2];
  }
  return step;
}

void append(std::vector<double>& words, const at::Tensor& tensor) {
  const at::Tensor values = tensor.to(at::kCPU, at::kDouble).contiguous();
  words.insert(words.end(), values.const_data_ptr<double>(), values.const_data_ptr<double>() + values.numel());
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
  if (data_.group) {
    if (options_.batch_size < data_.group->size())
      throw UsageError(fmt::format("a batch of {} {} for {} processes (allowed: at least one for each)", options_.batch_size, options_.noun,
                                   data_.group->size()));
    reducer_ = std::make_unique<GradientReducer>(*data_.group, optimizer_.parameters());
  }
  if (data_.train.empty()) throw UsageError(fmt::format("no training {} are left", options_.noun));
  create_folder(last_path_.parent_path());
}

TrainingEnd EpochLoop::run(Progress& progress, const TrainingObserver& observer) {
  share_state();
  try {
    if (state_.global_step == 0) save();  // so that there is something to resume, and a full disk shows before hours are spent
    while (state_.epoch < options_.epochs)
      if (!run_epoch(progress, observer)) return TrainingEnd::interrupted;
  } catch (const PeerLost& lost) {
    const std::vector<at::Tensor> statistics = batch_statistics();
    for (size_t i = 0; i < statistics_before_.size(); ++i) statistics[i].copy_(statistics_before_[i]);
    save();  // of the last step that was whole
    throw PeerLost(fmt::format("{}; stopped after step {}, the checkpoint is '{}': run the command again with --resume", lost.what(),
                               state_.global_step, last_path().string()));
  }
  return TrainingEnd::finished;
}

/// Every process begins with what rank 0 has: fresh, or read from a checkpoint.
void EpochLoop::share_state() {
  if (!data_.group) return;
  state_ = training_state_from_json(data_.group->broadcast(training_state_to_json(state_)), last_path_);
  learning_rate_.load_state(state_.learning_rate);
  share_tensors(data_.group, state_tensors());
  for (const auto& [name, tensor] : optimizer_.state()) data_.group->broadcast(tensor);
}

void EpochLoop::save() const {
  if (is_writer(data_.group)) save_last();
}

/// Where damaged images may be left out, the processes tell each other which came.
StepShare EpochLoop::share_of(const Batch& batch) const {
  if (!data_.group) return StepShare::alone(batch.size);
  const std::vector<int64_t> places = loader_.places(batch);
  std::vector<double> present(static_cast<size_t>(loader_.batch_size(batch.number)), 1.0);
  if (data_.images->samples() && data_.augmentation.decoding.damaged == DamagePolicy::skip) {
    std::fill(present.begin(), present.end(), 0.0);
    for (const int64_t place : places) present[static_cast<size_t>(place)] = 1;
    present = data_.group->sum(std::move(present));
  }
  return {BatchShare::of_present(present, places, data_.group->rank()), data_.group, reducer_.get(), options_.sync_batch_norm};
}

/// The step of all processes, of which each has a part; batch statistics become their means.
StepResult EpochLoop::combined(StepResult own) {
  const ProcessGroup& group = *data_.group;
  reducer_->finish();
  std::vector<double> words = words_of(own, group);
  const size_t fixed = words.size();
  for (const double* figure : shared_figures()) words.push_back(*figure);
  const size_t figures = words.size();
  const bool apart = !options_.sync_batch_norm;
  if (apart)
    for (const at::Tensor& statistic : batch_statistics()) append(words, statistic);
  exchanged_bytes_ = reducer_->bytes() + static_cast<int64_t>(words.size() * sizeof(double));
  words = group.sum(std::move(words));
  for (size_t i = fixed; i < figures; ++i) *shared_figures()[i - fixed] = words[i];
  double* at = words.data() + figures;
  if (apart)
    for (const at::Tensor& statistic : batch_statistics()) {
      const at::Tensor sum = at::from_blob(at, statistic.sizes(), at::TensorOptions(at::kDouble));
      statistic.copy_(sum / static_cast<double>(group.size()));
      at += statistic.numel();
    }
  return result_of(words, group, stop_signal_);
}

double EpochLoop::position() const {
  return static_cast<double>(state_.epoch) + static_cast<double>(state_.step_in_epoch) / static_cast<double>(loader_.batches_per_epoch());
}

int64_t EpochLoop::images_done() const { return std::min(state_.step_in_epoch * options_.batch_size, loader_.size()); }

void EpochLoop::train_step(Batch& batch, const StepShare& share) {
  optimizer_.zero_grad();
  if (share.group) {
    statistics_before_.clear();
    for (const at::Tensor& statistic : batch_statistics()) statistics_before_.push_back(statistic.clone());
  }
  StepResult step = accumulate(batch, share);
  if (share.group) step = combined(step);
  statistics_before_.clear();
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
  if (data_.group) figures.emplace_back("exchanged_bytes", static_cast<double>(exchanged_bytes_));
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
    const StepShare share = share_of(batch);
    if (share.samples.size == 0) continue;  // damaged images alone
    train_step(batch, share);
    state_.seconds = seconds_before + watch.seconds();
    const auto mean = [&](double sum, int64_t count) { return count ? sum / static_cast<double>(count) : 0.0; };
    Progress::Figures figures{{"loss", mean(state_.loss_sum, state_.loss_steps)}};
    if (state_.metric.count > 0) figures.emplace_back(options_.metric_name, mean(state_.metric.sum, state_.metric.count));
    progress.advance(images_done(), figures);
    if (observer.on_step && state_.global_step % options_.log_steps == 0) log_step(observer, figures);
    if (stop_signal_ != 0 || (!data_.group && interruption_signal() != 0)) {
      if (interruption_signal() == 0) request_interruption(stop_signal_);
      save();
      return false;
    }
    if (options_.checkpoint_steps > 0 && state_.global_step % options_.checkpoint_steps == 0) save();
  }
  try {
    finish_epoch(progress, observer);
  } catch (const Interrupted&) {
    save();  // after the last step: what goes on from there validates anew
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
  save();
}

}  // namespace tnn
