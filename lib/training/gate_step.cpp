#include "training/gate_step.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/stack.h>
#include <c10/core/GradMode.h>

#include <cmath>

#include "training/gate_estimators.h"

namespace tnn {
namespace {

constexpr uint64_t kGateTraining = 1;  // apart from the streams of the data path's training, which have one index

at::Tensor draw_utilizations(const GateOptions& options, int64_t count, int64_t step) {
  RandomStream random(options.seed, RandomPurpose::utilization, {static_cast<uint64_t>(step), kGateTraining});
  at::Tensor u = at::empty({count}, at::kFloat);
  for (int64_t i = 0; i < count; ++i) u.data_ptr<float>()[i] = static_cast<float>(random.uniform_above(options.u_min, 1.0));
  return u;
}

/// What the gates of each sample are drawn from, U in (0, 1).
std::vector<at::Tensor> draw_noise(const std::vector<at::Tensor>& logits, const GateOptions& options, int64_t step) {
  std::vector<at::Tensor> noise;
  for (size_t g = 0; g < logits.size(); ++g) {
    const uint64_t key =
        random_key(options.seed, RandomPurpose::gating, {static_cast<uint64_t>(step), kGateTraining, static_cast<uint64_t>(g)});
    auto generator = at::detail::createCPUGenerator(key);
    noise.push_back(at::empty(logits[g].sizes(), at::kFloat).uniform_(0.0, 1.0, generator).to(logits[g].device()));
  }
  return noise;
}

/// Noise [draws * size, D] of a whole batch: the rows of this process's samples.
std::vector<at::Tensor> own_noise(const std::vector<at::Tensor>& noise, const StepShare& share, int64_t draws) {
  if (!share.group) return noise;
  std::vector<at::Tensor> own;
  for (const at::Tensor& all : noise) {
    const at::Tensor by_sample = all.view({draws, share.samples.size, all.size(1)}).transpose(1, 2);
    own.push_back(share.own(by_sample).transpose(1, 2).reshape({draws * share.samples.count(), all.size(1)}));
  }
  return own;
}

/// One draw of the gates and what it costs.
struct Draw {
  at::Tensor task, penalty, complexity;  ///< [N]
  at::Tensor loss(double lambda) const { return task + lambda * penalty; }
};

/// A step's networks, batch and utilizations: what each of its draws is evaluated with.
struct StepInput {
  const Network& network;
  const Task& task;
  const Complexity& complexity;
  const InputBatch& batch;
  const at::Tensor& u;  ///< of this process's samples
  const GateOptions& options;
  const StepShare& share;

  /// The part that this process's samples have in the mean over the batch.
  at::Tensor mean(const at::Tensor& each) const { return share.group ? each.sum() / static_cast<double>(share.samples.size) : each.mean(); }
};

Draw evaluate(const StepInput& input, const std::vector<at::Tensor>& gates, GateLoss& result) {
  const auto& [network, task, complexity, batch, u, options, share] = input;
  Draw draw;
  if (u.size(0) == 0) return {u, u, u};
  const Outputs outputs = network.forward(batch.inputs, network.gated(gates), {});
  draw.task = task.loss_each(outputs, batch.targets);
  draw.complexity = complexity.of(gates).expand_as(u);
  draw.penalty = complexity_penalty(draw.complexity, u, options.penalty);
  const double draws = static_cast<double>(options.draws);
  const at::Tensor loss = draw.loss(options.lambda).detach();
  result.step.loss += input.mean(loss).item<double>() / draws;
  result.penalty += input.mean(draw.penalty.detach()).item<double>() / draws;
  result.complexity += input.mean(draw.complexity.detach()).item<double>() / draws;
  result.step.metric += task.training_metric(outputs, batch.targets);
  if (!std::isfinite(result.step.loss)) {
    result.step.finite = false;
    const at::Tensor bad = loss.isfinite().logical_not();
    if (bad.any().item<bool>()) result.step.failed_u = u.masked_select(bad)[0].item<double>();
  }
  return draw;
}

void concrete_step(const StepInput& input, const std::vector<at::Tensor>& logits, const std::vector<at::Tensor>& noise, GateLoss& result) {
  std::vector<at::Tensor> gates;
  for (size_t g = 0; g < logits.size(); ++g) gates.push_back(concrete_gates(logits[g], noise[g], input.options.temperature));
  const Draw draw = evaluate(input, gates, result);
  if (result.step.finite && input.u.size(0) > 0) input.mean(draw.loss(input.options.lambda)).backward();
}

/// Noise of one of several draws, which lie side by side in dimension 0.
at::Tensor of_draw(const at::Tensor& all, int64_t draw, int64_t samples) { return all.narrow(0, draw * samples, samples); }

void reinforce_step(const StepInput& input, const std::vector<at::Tensor>& logits, const std::vector<at::Tensor>& noise, GateLoss& result) {
  const GateOptions& options = input.options;
  std::vector<at::Tensor> losses, scores;
  for (int64_t k = 0; k < options.draws && (result.step.finite || input.share.group); ++k) {
    std::vector<at::Tensor> gates;
    at::Tensor score;
    for (size_t g = 0; g < logits.size(); ++g) {
      gates.push_back((of_draw(noise[g], k, input.u.size(0)) < logits[g].detach().sigmoid()).to(at::kFloat));
      const at::Tensor log_p = log_probability(gates.back(), logits[g]);
      score = score.defined() ? score + log_p : log_p;
    }
    c10::NoGradGuard no_grad;
    losses.push_back(evaluate(input, gates, result).loss(options.lambda));
    scores.push_back(score);
  }
  if (!result.step.finite && !input.share.group) return;
  const at::Tensor advantage = input.share.own(advantages(input.share.whole(at::stack(losses)), options.baseline));
  if (input.u.size(0) > 0 && result.step.finite)
    (input.mean(advantage * at::stack(scores)) / (input.share.group ? static_cast<double>(options.draws) : 1.0)).backward();
}

}  // namespace

GateLoss accumulate_gate_gradients(const Network& network, const GateNetwork& gates, const Task& task, const Complexity& complexity,
                                   const InputBatch& batch, const GateOptions& options, int64_t global_step, const StepShare& share) {
  GateLoss result;
  const at::Tensor all_u = draw_utilizations(options, share.samples.size, global_step).to(network.device());
  if (share.reducer) share.reducer->begin();
  const at::Tensor u = share.own(all_u);
  const std::vector<at::Tensor> logits = gates.logits(u);
  std::vector<at::Tensor> repeated;
  for (const at::Tensor& logit : logits)
    repeated.push_back(at::empty({options.draws * share.samples.size, logit.size(1)}, logit.options()));
  const std::vector<at::Tensor> noise = own_noise(draw_noise(repeated, options, global_step), share, options.draws);
  const StepInput input{network, task, complexity, batch, u, options, share};
  if (options.method == GateMethod::concrete)
    concrete_step(input, logits, noise, result);
  else
    reinforce_step(input, logits, noise, result);
  return result;
}

}  // namespace tnn
