#pragma once

#include "runtime/reference/planes.h"

namespace tnn::reference {

/// A weighted step on one input.
struct WeightedLayer {
  const float* weight = nullptr;                        ///< [out, in / groups, taps] at full width
  int64_t inputs_per_group = 0, outputs_per_group = 0;  ///< at full width
  Grid input;
  Taps taps;  ///< of a linear layer: one
};

/// The sum of weight x input over the active inputs of one output channel at one position. `inputs` by rising channel.
double weighted_sum(const WeightedLayer& layer, const Planes& inputs, int64_t output_channel, const Coordinates& position);

/// One output value of a pooling window. Average pooling divides by the part of the window that lies inside the padded input, as LibTorch
/// does by default.
double pooled(const Pool& pool, const Taps& taps, const Grid& input, const float* plane, const Coordinates& position);

double globally_pooled(PoolKind kind, const float* plane, int64_t positions);

double activated(ActivationKind kind, double x);

/// Mean of the channels at one position, and 1 / sqrt(variance + epsilon).
struct PositionStatistics {
  double mean = 0, inverse_deviation = 0;
};
PositionStatistics channel_statistics(const Planes& inputs, int64_t position, double epsilon);

/// Index of the input channel that a channel shuffle puts at `channel`.
int64_t shuffled_source(int64_t channel, int64_t channels, int64_t groups);

}  // namespace tnn::reference
