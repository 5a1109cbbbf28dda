#include "runtime/reference/layers.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/maximum.h"

namespace tnn::reference {

double weighted_sum(const WeightedLayer& layer, const Planes& inputs, int64_t output_channel, const Coordinates& position) {
  const int64_t group = output_channel / layer.outputs_per_group;
  const int64_t taps = layer.taps.count(), first = group * layer.inputs_per_group, past = first + layer.inputs_per_group;
  const float* row = layer.weight + output_channel * layer.inputs_per_group * taps;
  double sum = 0;
  auto plane = std::lower_bound(inputs.begin(), inputs.end(), first, [](const Plane& p, int64_t channel) { return p.channel < channel; });
  for (; plane != inputs.end() && plane->channel < past; ++plane) {
    const float* weights = row + (plane->channel - first) * taps;
    for_each_tap(layer.taps, layer.input, position,
                 [&](int64_t tap, int64_t at) { sum += static_cast<double>(weights[tap]) * static_cast<double>(plane->data[at]); });
  }
  return sum;
}

double pooled(const Pool& pool, const Taps& taps, const Grid& input, const float* plane, const Coordinates& position) {
  if (pool.kind == PoolKind::max) {
    float largest = -std::numeric_limits<float>::infinity();
    for_each_tap(taps, input, position, [&](int64_t, int64_t at) { largest = maximum(largest, plane[at]); });
    return static_cast<double>(largest);
  }
  double sum = 0;
  for_each_tap(taps, input, position, [&](int64_t, int64_t at) { sum += static_cast<double>(plane[at]); });
  int64_t counted = 1;
  for (size_t d = 0; d < 3; ++d) {
    const int64_t begin = position[d] * taps.stride[d] - taps.padding[d];
    counted *= std::min(begin + taps.kernel[d], input.size[d] + taps.padding[d]) - begin;
  }
  return sum / static_cast<double>(counted);
}

double globally_pooled(PoolKind kind, const float* plane, int64_t positions) {
  if (kind == PoolKind::max) return static_cast<double>(std::accumulate(plane + 1, plane + positions, *plane, maximum));
  double sum = 0;
  for (int64_t i = 0; i < positions; ++i) sum += static_cast<double>(plane[i]);
  return sum / static_cast<double>(positions);
}

double activated(ActivationKind kind, double x) {
  switch (kind) {
    case ActivationKind::relu:
      return x < 0.0 ? 0.0 : x;  // NaN stays
    case ActivationKind::relu6:
      return std::clamp(x, 0.0, 6.0);
    case ActivationKind::sigmoid:
      return 1.0 / (1.0 + std::exp(-x));
  }
  return x;
}

PositionStatistics channel_statistics(const Planes& inputs, int64_t position, double epsilon) {
  double mean = 0, variance = 0;
  for (const Plane& plane : inputs) mean += static_cast<double>(plane.data[position]);
  mean /= static_cast<double>(inputs.size());
  for (const Plane& plane : inputs) {
    const double centred = static_cast<double>(plane.data[position]) - mean;
    variance += centred * centred;
  }
  return {mean, 1 / std::sqrt(variance / static_cast<double>(inputs.size()) + epsilon)};
}

int64_t shuffled_source(int64_t channel, int64_t channels, int64_t groups) {
  const int64_t per_group = channels / groups;
  return channel % groups * per_group + channel / groups;
}

}  // namespace tnn::reference
