#include "training/training_step.h"

#include <ATen/TensorOperators.h>

#include <cmath>
#include <optional>

#include "network/shared_statistics.h"

namespace tnn {
namespace {

/// One pass of a step as a process executes it, and what it has open in any process.
struct PassExecution {
  Execution execution;
  std::vector<Configuration> open;
};

/// `begin`, `end`: the process's samples of the pass.
PassExecution execution_of(const Network& network, const PassPlan& plan, bool masked, const StepShare& share, RandomStream& random) {
  if (plan.u.size() == 1) {
    const Configuration configuration = network.gating().configuration(plan.u.front(), random);
    return {masked ? network.masked(configuration) : network.sliced(configuration), {configuration}};
  }
  std::vector<Configuration> all;
  for (const double u : plan.u) all.push_back(network.gating().configuration(u, random));
  PassExecution pass{network.per_sample(all), all};
  const Execution whole = pass.execution;
  pass.execution.masks.clear();
  pass.execution.points.clear();
  const auto [begin, end] = share.samples.within(plan.begin, plan.end);
  for (int64_t i = begin; i < end; ++i) {
    const auto place = static_cast<size_t>(share.samples.positions[static_cast<size_t>(i)] - plan.begin);
    pass.execution.masks.push_back(whole.masks.at(place));
    pass.execution.points.push_back(whole.points.at(place));
  }
  return pass;
}

/// Tells the reducer what the passes of a step have open.
void open_step(const Network& network, const std::vector<PassExecution>& passes, GradientReducer& reducer) {
  std::vector<Configuration> open;
  std::vector<int> points;
  for (const PassExecution& pass : passes) {
    open.insert(open.end(), pass.open.begin(), pass.open.end());
    for (const int point : pass.execution.points)
      if (point >= 0) points.push_back(point);
  }
  reducer.begin(network.graph(), open, points);
}

/// Of a process with no sample in a pass: what takes part in the statistics of the others, and gives no gradient.
at::Tensor loss_of_nothing(const Outputs& outputs) {
  at::Tensor sum = outputs.front().sum() * 0;
  for (size_t i = 1; i < outputs.size(); ++i) sum = sum + outputs[i].sum() * 0;
  return sum;
}

}  // namespace

StepResult accumulate_gradients(const Network& network, const Task& task, const InputBatch& batch, const DatapathOptions& options,
                                int64_t epoch, int64_t global_step, const StepShare& share) {
  const auto step = static_cast<uint64_t>(global_step), rank = static_cast<uint64_t>(share.samples.rank);
  RandomStream utilizations(options.seed, RandomPurpose::utilization, {step}), gates(options.seed, RandomPurpose::gating, {step});
  const double smallest = network.description().points.front().u;
  const std::vector<PassPlan> plans = plan_step(options.prior, share.samples.size, epoch, smallest, utilizations);
  std::vector<PassExecution> passes;
  for (const PassPlan& plan : plans) passes.push_back(execution_of(network, plan, options.masked, share, gates));
  if (share.reducer) open_step(network, passes, *share.reducer);
  std::optional<SharedStatistics> statistics;
  if (share.group && share.sync_batch_norm)
    statistics.emplace([group = share.group](const at::Tensor& sum) { group->sum(sum, ProcessGroup::Line::statistics); });

  StepResult result;
  Outputs teacher;
  for (size_t i = 0; i < plans.size(); ++i) {
    const PassPlan& plan = plans[i];
    const auto [begin, end] = share.samples.within(plan.begin, plan.end);
    if (begin == end && !statistics) continue;
    const InputBatch part = batch.narrow(begin, end - begin);
    const auto key = [&](RandomPurpose purpose) {
      const auto first = static_cast<uint64_t>(plan.begin);
      return rank == 0 ? random_key(options.seed, purpose, {step, first}) : random_key(options.seed, purpose, {step, first, rank});
    };
    const auto proposer = task.training_proposer(part.targets, key(RandomPurpose::region_sampling));
    const Outputs outputs =
        network.forward(part.inputs, passes[i].execution, {Phase::train, key(RandomPurpose::dropout), 0, proposer.get()});
    if (begin == end) {
      loss_of_nothing(outputs).backward();
      continue;
    }
    if (plan.teacher) teacher.clear();
    if (plan.teacher)
      for (const at::Tensor& output : outputs) teacher.push_back(output.detach());
    const at::Tensor loss =
        plan.student ? task.distillation_loss(outputs, teacher) : task.loss(outputs, part.targets, key(RandomPurpose::region_sampling));
    const double value = loss.item<double>();
    const double weight = plan.weight * (static_cast<double>(end - begin) / static_cast<double>(plan.end - plan.begin));
    result.loss += weight * value;
    if (!std::isfinite(value)) {
      if (result.finite) result.failed_u = plan.u.front();
      result.finite = false;
      if (!share.group) return result;  // the others wait for what this process has to say in the passes to come
    }
    result.metric += task.training_metric(outputs, part.targets);
    (weight == 1.0 ? loss : loss * weight).backward();
  }
  return result;
}

}  // namespace tnn
