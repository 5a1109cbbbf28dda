#pragma once

#include <map>
#include <vector>

#include "runtime/gpu/commands.h"
#include "runtime/lowered_model.h"

namespace tnn::gpu {

/// Where a step finds its numbers at an operating point.
struct StepWeights {
  int64_t offset = 0;   ///< contractions: of the first output's weights; grouped convolutions: of the first group row
  int64_t row = 0;      ///< contractions: from one output to the next
  int64_t affine = -1;  ///< scales, then shifts, each as many as the output's channels with padding
};

/// Weights, scales and shifts of all operating points as a GPU reads them. A layer with one tap whose open channels are prefixes is packed
/// once: each point reads the first rows and columns of it. Others are packed for each set of open channels; points that open the same
/// share it.
struct PackedWeights {
  std::vector<float> weights;
  std::vector<GroupRow> group_rows;
  std::vector<float> affine;
  std::vector<std::vector<StepWeights>> points;   ///< [point][step]
  int64_t packed_once = 0, packed_per_point = 0;  ///< numbers in `weights`

  const StepWeights& at(size_t point, size_t step) const { return points[point][step]; }
};

PackedWeights pack_weights(const LoweredModel& model);

/// The open channels of an operand in their order, as channels (features) of the operand at full width.
std::vector<int64_t> open_channels(const Plan& plan, const PlanPoint& point, const Operand& operand);
/// Whether an operand is one stored value, plain or flattened as a whole, so that its memory is the matrix a contraction reads.
bool is_one_value(const Operand& operand);
/// The columns of a tap of a contraction at a point: which input at full width each multiplies, -1: padding. As many as the input's
/// channels with padding; for one flattened value, in the order of its memory.
std::vector<int64_t> contraction_columns(const Plan& plan, const PlanPoint& point, const Operand& operand);
bool is_grouped(const Step& step);
bool is_contraction(const Step& step);

}  // namespace tnn::gpu
