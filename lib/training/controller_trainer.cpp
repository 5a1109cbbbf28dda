#include "training/controller_trainer.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <cmath>

#include "network/input_batch.h"
#include "training/checkpoint.h"
#include "training/controller_policy.h"
#include "training/policy_gradient.h"

namespace tnn {
namespace {

constexpr double kCollapsed = 0.99;
constexpr size_t kScalars = 5;  ///< of ControllerValidation

EpochLoopOptions loop_options(const Network& controller, const ControllerData& data, const ControllerOptions& options) {
  EpochLoopOptions loop(options);
  loop.noun = data.noun;
  loop.phase = "controller, epoch";
  loop.metric_name = "accuracy";
  loop.channels_last = controller.channels_last();
  loop.advice = "A lower controller.learning_rate may help";
  return loop;
}

/// [rows, K] of a table [N, K].
at::Tensor rows_of(const std::vector<float>& table, int64_t width, const std::vector<int64_t>& rows) {
  at::Tensor tensor = at::empty({static_cast<int64_t>(rows.size()), width}, at::kFloat);
  float* to = tensor.data_ptr<float>();
  for (const int64_t row : rows) to = std::copy_n(table.data() + row * width, width, to);
  return tensor;
}

/// Dropout drops for each process anew.
uint64_t rank_key(const StepShare& share) { return static_cast<uint64_t>(share.samples.rank) * 0x9e3779b97f4a7c15; }

}  // namespace

std::vector<double> ControllerValidation::numbers() const {
  std::vector<double> all{reward, oracle_reward, accuracy, mean_u, mean_mac_share};
  all.insert(all.end(), shares.begin(), shares.end());
  return all;
}

ControllerValidation ControllerValidation::from(const std::vector<double>& numbers) {
  return {numbers.at(0), numbers.at(1), numbers.at(2), numbers.at(3), numbers.at(4), {numbers.begin() + kScalars, numbers.end()}};
}

bool ControllerValidation::is_collapsed() const {
  return shares.size() > 1 && *std::max_element(shares.begin(), shares.end()) >= kCollapsed;
}

ControllerTrainer::ControllerTrainer(Network& controller, ControllerData data, ControllerOptions options, std::filesystem::path folder,
                                     Fingerprint fingerprint)
    : EpochLoop(controller.parameters().trainable(), data.samples, loop_options(controller, data, options), folder / "last.safetensors"),
      controller_(controller),
      controller_data_(std::move(data)),
      options_(std::move(options)),
      rows_(static_cast<size_t>(controller_data_.samples.images->size()), -1),
      rewards_(reward_table(controller_data_.train, options_.reward, controller_data_.costs)),
      validation_rewards_(reward_table(controller_data_.validation, options_.reward, controller_data_.costs)),
      best_path_(folder / "best.safetensors"),
      fingerprint_(std::move(fingerprint)) {
  for (int64_t i = 0; i < controller_data_.train.size(); ++i) rows_[controller_data_.train.samples[static_cast<size_t>(i)]] = i;
}

bool ControllerTrainer::resume() {
  if (!std::filesystem::exists(last_path())) return false;
  const SafetensorsFile file(last_path());
  state_ = read_checkpoint_state(file, fingerprint_);
  load_parameters(file, controller_);
  optimizer_.load_state(file);
  learning_rate_.load_state(state_.learning_rate);
  return true;
}

double ControllerTrainer::epsilon() const {
  if (options_.epochs < 2) return options_.epsilon;
  const double progress = static_cast<double>(state_.epoch) / static_cast<double>(options_.epochs - 1);
  return options_.epsilon + (options_.final_epsilon - options_.epsilon) * progress;
}

std::vector<at::Tensor> ControllerTrainer::batch_statistics() const { return statistics_of(controller_); }

StepResult ControllerTrainer::accumulate(Batch& batch, const StepShare& share) {
  if (share.reducer) share.reducer->begin();
  std::vector<int64_t> rows;
  for (const uint32_t sample : batch.indices) rows.push_back(rows_.at(sample));
  if (rows.empty() && options_.variance != RewardVariance::standardized) return {};
  const at::Tensor inputs = looks_at_first_pass(options_.input)
                                ? seen_of_first_pass(options_.input, controller_data_.train, rows).to(controller_.device())
                                : to_tensors(batch, controller_.device()).inputs;
  const uint64_t dropout = random_key(options_.seed, RandomPurpose::dropout, {static_cast<uint64_t>(state_.global_step)}) + rank_key(share);
  const at::Tensor log_p = log_policy(controller_, inputs, Phase::train, dropout);
  const at::Tensor on_cpu = log_p.detach().exp().to(at::kCPU);
  const at::Tensor actions =
      epsilon_greedy(on_cpu, epsilon(), options_.exploitation, options_.seed, state_.global_step, share.samples.positions);
  const at::Tensor rewards = rows_of(rewards_, controller_data_.train.actions(), rows).to(controller_.device());
  at::Tensor each = policy_loss(log_p, rewards, actions.to(controller_.device()), options_.variance, share);
  if (options_.entropy > 0) each = each - options_.entropy * policy_entropy(log_p);
  const at::Tensor loss = share.group ? each.sum() / static_cast<double>(share.samples.size) : each.mean();
  StepResult result;
  result.loss = loss.item<double>();
  result.finite = std::isfinite(result.loss);
  if (!result.finite) return result;
  loss.backward();
  for (size_t i = 0; i < rows.size(); ++i)
    result.metric.sum += controller_data_.train.is_right(rows[i], actions.const_data_ptr<int64_t>()[i]) ? 1 : 0;
  result.metric.count = static_cast<int64_t>(rows.size());
  return result;
}

ControllerValidation ControllerTrainer::validate() const {
  const ActionOutputs& outputs = controller_data_.validation;
  Loader loader(data_.images, data_.validation, data_.in_order(options_.evaluation_batch, controller_.channels_last()));
  const std::vector<int64_t> actions = chosen_actions(controller_, options_.input, outputs, loader);
  const auto width = static_cast<size_t>(outputs.actions());
  ControllerValidation result;
  result.shares.resize(width);
  for (size_t i = 0; i < actions.size(); ++i) {
    const auto action = static_cast<size_t>(actions[i]);
    const auto begin = validation_rewards_.begin() + static_cast<int64_t>(i * width);
    result.reward += static_cast<double>(begin[actions[i]]);
    result.oracle_reward += static_cast<double>(*std::max_element(begin, begin + static_cast<int64_t>(width)));
    result.accuracy += outputs.is_right(static_cast<int64_t>(i), actions[i]) ? 1 : 0;
    result.mean_u += outputs.utilizations[action];
    result.mean_mac_share += controller_data_.mac_share[action];
    result.shares[action] += 1;
  }
  const double count = static_cast<double>(std::max<size_t>(1, actions.size()));
  for (double* figure : {&result.reward, &result.oracle_reward, &result.accuracy, &result.mean_u, &result.mean_mac_share}) *figure /= count;
  for (double& share : result.shares) share /= count;
  return result;
}

void ControllerTrainer::end_epoch(EpochSummary& summary, bool last) {
  check_finite(controller_.parameters().entries(), state_, last_path());
  if (data_.validation.empty()) {
    if (last && is_writer(data_.group)) save_network(best_path(), controller_);
    return;
  }
  const ControllerValidation validation = validate();
  summary.validation = validation.numbers();
  summary.score = 1 / (1 + std::max(0.0, validation.oracle_reward - validation.reward));  // of the mean regret: above 0, higher is better
  learning_rate_.observe(summary.score);
  state_.learning_rate = learning_rate_.state();
  if (!(summary.score > state_.best_score)) return;
  state_.best_score = summary.score;
  state_.best_epoch = summary.epoch;
  if (is_writer(data_.group)) save_network(best_path(), controller_);
}

void ControllerTrainer::save_last() const {
  check_finite(controller_.parameters().entries(), state_, last_path());
  save_checkpoint(last_path(), controller_, optimizer_.state(), state_, fingerprint_);
}

}  // namespace tnn
