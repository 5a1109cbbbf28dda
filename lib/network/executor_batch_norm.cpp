#include <ATen/TensorOperators.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/where.h>
#include <c10/core/GradMode.h>

#include "network/channel_slice.h"
#include "network/executor.h"

namespace tnn {
namespace {

/// Scale, shift and statistics of one batch norm as a pass at one operating point uses them, at full width.
BatchNormTensors at_point(const BatchNormTensors& stored, int point, Phase phase) {
  BatchNormTensors used = stored;
  const bool has_points = stored.point_mean.defined() && point >= 0;
  const bool switchable = stored.scale.dim() == 2;
  if (switchable) {
    used.scale = stored.scale.select(0, point);
    used.shift = stored.shift.select(0, point);
  }
  if (has_points && (switchable || phase != Phase::train)) {
    used.mean = stored.point_mean.select(0, point);
    used.variance = stored.point_variance.select(0, point);
  }
  return used;
}

/// Rows of per-point statistics for each sample; the shared ones where a sample has no point.
at::Tensor rows_of(const at::Tensor& per_point, const at::Tensor& shared, const std::vector<int>& points) {
  std::vector<at::Tensor> rows;
  for (const int point : points) rows.push_back(point >= 0 && per_point.defined() ? per_point.select(0, point) : shared);
  return at::stack(rows);
}

}  // namespace

at::Tensor Executor::batch_norm(NodeId id, const BatchNorm& options, const at::Tensor& x) {
  const BatchNormTensors used = at_point(network_.parameters().batch_norm(id), execution_.points.front(), pass_.phase);
  const ChannelRanges ranges = computed_channels(node(id).shape);
  const at::Tensor scale = slice_channels(used.scale, 0, ranges), shift = slice_channels(used.shift, 0, ranges);
  at::Tensor mean = slice_channels(used.mean, 0, ranges), variance = slice_channels(used.variance, 0, ranges);
  if (normalizes_as_stored()) return at::batch_norm(x, scale, shift, mean, variance, false, 0, options.epsilon, true);

  // A cumulative average while calibrating: the k-th batch weighs 1 / k.
  const double momentum = pass_.phase == Phase::calibrate ? 1.0 / static_cast<double>(pass_.calibration_batch + 1) : options.momentum;
  if (x.numel() / x.size(1) < 2)  // one value a channel has no variance: it must not reach the running statistics
    return at::batch_norm(x, scale, shift, {}, {}, true, momentum, options.epsilon, true);
  if (execution_.masks.empty()) {
    at::Tensor y = at::batch_norm(x, scale, shift, mean, variance, true, momentum, options.epsilon, true);
    c10::NoGradGuard no_grad;
    scatter_channels(used.mean, ranges, mean);
    scatter_channels(used.variance, ranges, variance);
    return y;
  }
  at::Tensor new_mean = mean.clone(), new_variance = variance.clone();
  at::Tensor y = at::batch_norm(x, scale, shift, new_mean, new_variance, true, momentum, options.epsilon, true);
  c10::NoGradGuard no_grad;
  const at::Tensor seen = channel_mask(node(id).shape).select(0, 0).to(at::kBool);
  mean.copy_(at::where(seen, new_mean, mean));
  variance.copy_(at::where(seen, new_variance, variance));
  scatter_channels(used.mean, ranges, mean);
  scatter_channels(used.variance, ranges, variance);
  return y;
}

at::Tensor Executor::batch_norm_per_sample(NodeId id, const BatchNorm& options, const at::Tensor& x) {
  const BatchNormTensors& stored = network_.parameters().batch_norm(id);
  const ChannelRanges ranges = computed_channels(node(id).shape);
  std::vector<int64_t> row_sizes(static_cast<size_t>(x.dim()), 1);
  row_sizes[1] = x.size(1);
  const at::Tensor scale = slice_channels(stored.scale, 0, ranges).view(row_sizes),
                   shift = slice_channels(stored.shift, 0, ranges).view(row_sizes);
  row_sizes[0] = x.size(0);
  if (normalizes_as_stored()) {
    const at::Tensor mean = slice_channels(rows_of(stored.point_mean, stored.mean, execution_.points), 1, ranges).reshape(row_sizes);
    const at::Tensor variance =
        slice_channels(rows_of(stored.point_variance, stored.variance, execution_.points), 1, ranges).reshape(row_sizes);
    return (x - mean) * (variance + options.epsilon).rsqrt() * scale + shift;
  }
  // Statistics of a channel over the samples that see it.
  std::vector<int64_t> over{0};
  for (int64_t d = 2; d < x.dim(); ++d) over.push_back(d);
  const at::Tensor mask = channel_mask(node(id).shape).view(row_sizes);
  const double positions = static_cast<double>(node(id).shape.positions());
  const at::Tensor count = mask.sum(0, true) * positions;
  const at::Tensor safe = count.clamp_min(1);
  const at::Tensor mean = (x * mask).sum(over, true) / safe;
  const at::Tensor centred = (x - mean) * mask;
  const at::Tensor variance = (centred * centred).sum(over, true) / safe;
  {
    c10::NoGradGuard no_grad;
    at::Tensor running_mean = slice_channels(stored.mean, 0, ranges), running_variance = slice_channels(stored.variance, 0, ranges);
    const at::Tensor rate = (count > 1).to(stored.mean.scalar_type()).flatten() * options.momentum;
    const at::Tensor unbiased = (variance * safe / (safe - 1).clamp_min(1)).flatten();
    running_mean.add_((mean.flatten() - running_mean) * rate);
    running_variance.add_((unbiased - running_variance) * rate);
    scatter_channels(stored.mean, ranges, running_mean);
    scatter_channels(stored.variance, ranges, running_variance);
  }
  return (x - mean) * (variance + options.epsilon).rsqrt() * scale + shift;
}

}  // namespace tnn
