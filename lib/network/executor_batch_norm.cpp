#include <ATen/TensorOperators.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/where.h>
#include <c10/core/GradMode.h>

#include "network/channel_slice.h"
#include "network/executor.h"
#include "network/shared_statistics.h"

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

/// What a batch norm does with one set of statistics.
struct Normalization {
  at::Tensor scale, shift, mean, variance;  ///< [C]; the running statistics are updated in place
  double momentum, epsilon;
};

/// [C] beside x [N, C, ...].
at::Tensor beside(const at::Tensor& vector, const at::Tensor& x) {
  std::vector<int64_t> sizes(static_cast<size_t>(x.dim()), 1);
  sizes[1] = x.size(1);
  return vector.view(sizes);
}

void update_running(const at::Tensor& running, const at::Tensor& batch, double momentum) {
  running.add_((batch.detach() - running) * momentum);
}

/// Batch norm of training with the statistics of all processes' samples; each has a part of them, or none.
at::Tensor shared_batch_norm(const at::Tensor& x, const Normalization& norm) {
  std::vector<int64_t> over{0};
  for (int64_t d = 2; d < x.dim(); ++d) over.push_back(d);
  const int64_t channels = x.size(1);
  const at::Tensor own_count = at::full({1}, static_cast<double>(x.numel() / channels), x.options());
  const at::Tensor sums = SharedStatistics::sum(at::cat({x.sum(over), own_count}));
  const at::Tensor count = sums.detach().narrow(0, channels, 1), mean = sums.narrow(0, 0, channels) / count;
  const at::Tensor centred = x - beside(mean, x);
  const at::Tensor variance = SharedStatistics::sum((centred * centred).sum(over)) / count;
  if (count.item<double>() >= 2) {
    const c10::NoGradGuard no_grad;
    update_running(norm.mean, mean, norm.momentum);
    update_running(norm.variance, variance * (count / (count - 1)), norm.momentum);
  }
  return centred * beside((variance + norm.epsilon).rsqrt() * norm.scale, x) + beside(norm.shift, x);
}

at::Tensor training_batch_norm(const at::Tensor& x, const Normalization& norm) {
  return at::batch_norm(x, norm.scale, norm.shift, norm.mean, norm.variance, true, norm.momentum, norm.epsilon, true);
}

/// The sum over the samples of all processes, of one process where it is alone.
at::Tensor over_processes(const at::Tensor& own) { return SharedStatistics::is_on() ? SharedStatistics::sum(own.contiguous()) : own; }

}  // namespace

at::Tensor Executor::batch_norm(NodeId id, const BatchNorm& options, const at::Tensor& x) {
  const BatchNormTensors used = at_point(network_.parameters().batch_norm(id), execution_.points.front(), pass_.phase);
  const ChannelRanges ranges = computed_channels(node(id).shape);
  const at::Tensor scale = slice_channels(used.scale, 0, ranges), shift = slice_channels(used.shift, 0, ranges);
  at::Tensor mean = slice_channels(used.mean, 0, ranges), variance = slice_channels(used.variance, 0, ranges);
  if (normalizes_as_stored()) return at::batch_norm(x, scale, shift, mean, variance, false, 0, options.epsilon, true);

  // A cumulative average while calibrating: the k-th batch weighs 1 / k.
  const double momentum = pass_.phase == Phase::calibrate ? 1.0 / static_cast<double>(pass_.calibration_batch + 1) : options.momentum;
  const bool shared = SharedStatistics::is_on() && pass_.phase == Phase::train;
  const auto normalized = [&](const at::Tensor& running_mean, const at::Tensor& running_variance) {
    const Normalization norm{scale, shift, running_mean, running_variance, momentum, options.epsilon};
    return shared ? shared_batch_norm(x, norm) : training_batch_norm(x, norm);
  };
  if (!shared && x.numel() / x.size(1) < 2)  // one value a channel has no variance: it must not reach the running statistics
    return at::batch_norm(x, scale, shift, {}, {}, true, momentum, options.epsilon, true);
  if (execution_.masks.empty()) {
    at::Tensor y = normalized(mean, variance);
    c10::NoGradGuard no_grad;
    scatter_channels(used.mean, ranges, mean);
    scatter_channels(used.variance, ranges, variance);
    return y;
  }
  at::Tensor new_mean = mean.clone(), new_variance = variance.clone();
  at::Tensor y = normalized(new_mean, new_variance);
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
  const at::Tensor count = over_processes(mask.sum(0, true) * positions);
  const at::Tensor safe = count.clamp_min(1);
  const at::Tensor mean = over_processes((x * mask).sum(over, true)) / safe;
  const at::Tensor centred = (x - mean) * mask;
  const at::Tensor variance = over_processes((centred * centred).sum(over, true)) / safe;
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
