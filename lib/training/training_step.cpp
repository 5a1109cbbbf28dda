#include "training/training_step.h"

#include <ATen/TensorOperators.h>

#include <cmath>

namespace tnn {
namespace {

Execution execution_of(const Network& network, const PassPlan& plan, bool masked, RandomStream& random) {
  if (plan.u.size() > 1) {
    std::vector<Configuration> configurations;
    for (const double u : plan.u) configurations.push_back(network.gating().configuration(u, random));
    return network.per_sample(configurations);
  }
  const Configuration configuration = network.gating().configuration(plan.u.front(), random);
  return masked ? network.masked(configuration) : network.sliced(configuration);
}

}  // namespace

StepResult accumulate_gradients(const Network& network, const Task& task, const InputBatch& batch, const DatapathOptions& options,
                                int64_t epoch, int64_t global_step) {
  const auto step = static_cast<uint64_t>(global_step);
  RandomStream utilizations(options.seed, RandomPurpose::utilization, {step}), gates(options.seed, RandomPurpose::gating, {step});
  const double smallest = network.description().points.front().u;
  StepResult result;
  Outputs teacher;
  for (const PassPlan& plan : plan_step(options.prior, batch.size(), epoch, smallest, utilizations)) {
    const InputBatch part = batch.narrow(plan.begin, plan.end - plan.begin);
    const Execution execution = execution_of(network, plan, options.masked, gates);
    const auto key = [&](RandomPurpose purpose) { return random_key(options.seed, purpose, {step, static_cast<uint64_t>(plan.begin)}); };
    const auto proposer = task.training_proposer(part.targets, key(RandomPurpose::region_sampling));
    const Outputs outputs = network.forward(part.inputs, execution, {Phase::train, key(RandomPurpose::dropout), 0, proposer.get()});
    if (plan.teacher) teacher.clear();
    if (plan.teacher)
      for (const at::Tensor& output : outputs) teacher.push_back(output.detach());
    const at::Tensor loss =
        plan.student ? task.distillation_loss(outputs, teacher) : task.loss(outputs, part.targets, key(RandomPurpose::region_sampling));
    const double value = loss.item<double>();
    result.loss += plan.weight * value;
    if (!std::isfinite(value)) {
      result.finite = false;
      result.failed_u = plan.u.front();
      return result;
    }
    result.metric += task.training_metric(outputs, part.targets);
    (plan.weight == 1.0 ? loss : loss * plan.weight).backward();
  }
  return result;
}

}  // namespace tnn
