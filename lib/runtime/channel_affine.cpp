#include <cmath>

#include "runtime/lowered_model.h"

namespace tnn {

ChannelAffine channel_affine(const LoweredModel& model, const Step& step, int point) {
  const auto channels = static_cast<size_t>(model.plan.value(step.output).channels);
  std::vector<double> scale(channels, 1.0), shift(channels, 0.0);
  if (const float* bias = model.weights.bias(step.node)) shift.assign(bias, bias + channels);
  for (const NodeId node : step.epilogue.batch_norms) {
    const double epsilon = std::get<BatchNorm>(model.graph().node(node).operation).epsilon;
    const BatchNormView b = model.weights.batch_norm(node, point);
    for (size_t c = 0; c < channels; ++c) {
      const double factor = b.scale[c] / std::sqrt(b.variance[c] + epsilon);
      scale[c] *= factor;
      shift[c] = (shift[c] - b.mean[c]) * factor + b.shift[c];
    }
  }
  return {{scale.begin(), scale.end()}, {shift.begin(), shift.end()}};
}

}  // namespace tnn
