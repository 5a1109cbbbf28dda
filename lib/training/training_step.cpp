#include "training/training_step.h"

#include <ATen/TensorOperators.h>

#include <cmath>

#include "objectives/classification.h"

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

StepLoss accumulate_gradients(const Network& network, const InputBatch& batch, const DatapathOptions& options, int64_t epoch,
                              int64_t global_step) {
  const auto step = static_cast<uint64_t>(global_step);
  RandomStream utilizations(options.seed, RandomPurpose::utilization, {step}), gates(options.seed, RandomPurpose::gating, {step});
  const double smallest = network.description().points.front().u;
  StepLoss result;
  at::Tensor teacher;
  for (const PassPlan& plan : plan_step(options.prior, batch.images.size(0), epoch, smallest, utilizations)) {
    const at::Tensor x = batch.images.narrow(0, plan.begin, plan.end - plan.begin),
                     labels = batch.labels.narrow(0, plan.begin, plan.end - plan.begin);
    const Execution execution = execution_of(network, plan, options.masked, gates);
    const at::Tensor logits = network.first_output(
        x, execution, {Phase::train, random_key(options.seed, RandomPurpose::dropout, {step, static_cast<uint64_t>(plan.begin)})});
    if (plan.teacher) teacher = logits.detach();
    const at::Tensor loss = plan.student ? distillation_loss(logits, teacher) : cross_entropy(logits, labels, options.label_smoothing);
    const double value = loss.item<double>();
    result.loss += plan.weight * value;
    if (!std::isfinite(value)) {
      result.finite = false;
      result.failed_u = plan.u.front();
      return result;
    }
    result.correct += count_top(logits.detach(), labels, 1);
    result.seen += labels.size(0);
    (plan.weight == 1.0 ? loss : loss * plan.weight).backward();
  }
  return result;
}

}  // namespace tnn
