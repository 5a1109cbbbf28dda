#include <cmath>

#include "runtime/lowered_model.h"

namespace tnn {

namespace {

/// The factor that compensation gives a node's result at a point.
double factor_after(const LoweredModel& model, NodeId node, int point) {
  const GateId gate = model.compensated.empty() ? kNone : model.compensated[static_cast<size_t>(node)];
  if (gate == kNone) return 1.0;
  return compensation_factor(model.description.gating.compensation,
                             model.description.points[static_cast<size_t>(point)].configuration.of(gate));
}

}  // namespace

ChannelAffine channel_affine(const LoweredModel& model, const Step& step, int point) {
  const auto channels = static_cast<size_t>(model.plan.value(step.output).channels);
  std::vector<double> scale(channels, 1.0), shift(channels, 0.0);
  const auto compensate = [&](NodeId node) {
    const double factor = factor_after(model, node, point);
    for (size_t c = 0; c < channels; ++c) scale[c] *= factor, shift[c] *= factor;
  };
  if (const float* bias = model.weights.bias(step.node)) shift.assign(bias, bias + channels);
  if (std::holds_alternative<LayerNorm>(step.operation)) {
    const float* const gain = model.weights.weight(step.node);
    scale.assign(gain, gain + channels);
  }
  if (!std::holds_alternative<BatchNorm>(step.operation)) compensate(step.node);
  for (const NodeId node : step.epilogue.batch_norms) {
    const double epsilon = std::get<BatchNorm>(model.graph().node(node).operation).epsilon;
    const BatchNormView b = model.weights.batch_norm(node, point);
    for (size_t c = 0; c < channels; ++c) {
      const double factor = b.scale[c] / std::sqrt(b.variance[c] + epsilon);
      scale[c] *= factor;
      shift[c] = (shift[c] - b.mean[c]) * factor + b.shift[c];
    }
    compensate(node);
  }
  return {{scale.begin(), scale.end()}, {shift.begin(), shift.end()}};
}

}  // namespace tnn
