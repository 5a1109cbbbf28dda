#pragma once

#include "runtime/lowered_model.h"
#include "runtime/onednn/packed_weights.h"
#include "runtime/onednn/rows.h"

namespace tnn::onednn {

/// The segments of an operand that have a channel at a point.
std::vector<Segment> present_segments(const PlanPoint& point, const Operand& operand);

/// Whether an operand's rows are one stored value's. A linear layer reads a flattened value in place too: its columns are permuted instead.
bool is_read_in_place(const Plan& plan, const PlanPoint& point, const Operand& operand, bool linear);

/// A weighted step at a point in oneDNN's terms: sizes, window, epilogue. Its input must have a channel.
LayerShape layer_shape(const LoweredModel& model, const Step& step, int point, int64_t batch);

/// Which weights a step uses at a point.
WeightSelection select_weights(const LoweredModel& model, const Step& step, int point);

/// channel_affine of the active channels.
RowAffine active_affine(const LoweredModel& model, const Step& step, int point);

}  // namespace tnn::onednn
