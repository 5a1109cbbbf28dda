#include <ATen/CPUGeneratorImpl.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/avg_pool3d.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/convolution.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/hardtanh.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/max_pool3d.h>
#include <ATen/ops/slice.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <limits>

#include "core/random_stream.h"
#include "network/channel_slice.h"
#include "network/executor.h"

namespace tnn {
namespace {

/// [C] to [1, C, 1, ...], to be added to a tensor of `dimensions` dimensions.
at::Tensor channel_view(const at::Tensor& vector, int64_t dimensions) {
  std::vector<int64_t> sizes(static_cast<size_t>(dimensions), 1);
  sizes[1] = -1;
  return vector.view(sizes);
}

/// Whether each output position reads one input position alone, and not all of them are read: a strided 1x1 convolution.
bool skips_positions(const Window& window) {
  const auto all = [](const std::vector<int64_t>& sizes, int64_t value) {
    return std::all_of(sizes.begin(), sizes.end(), [value](int64_t size) { return size == value; });
  };
  return all(window.kernel, 1) && all(window.padding, 0) && !all(window.stride, 1);
}

/// Every stride-th position of [N, C, positions...].
at::Tensor every_nth(at::Tensor x, const std::vector<int64_t>& stride) {
  for (size_t i = 0; i < stride.size(); ++i) x = x.slice(static_cast<int64_t>(i) + 2, 0, std::numeric_limits<int64_t>::max(), stride[i]);
  return x;
}

/// Whether a window is wider than its input without padding, which LibTorch's 3d pools refuse, and its 2d ones do not.
bool exceeds_extent(const Window& window, const at::Tensor& x) {
  for (size_t i = 0; i < window.kernel.size(); ++i)
    if (window.kernel[i] > x.size(static_cast<int64_t>(i) + 2)) return true;
  return false;
}

/// A 3d pool whose padding is written out: of numbers that no maximum is, or of zeros, which averages count. With ceil mode LibTorch begins
/// a further window there; those beyond `extent` are left out.
at::Tensor pool_padded_clip(const Pool& options, const at::Tensor& x, const std::vector<int64_t>& extent) {
  const Window& w = options.window;
  std::vector<int64_t> sides;  // from the last dimension back, a pair each
  for (size_t i = w.padding.size(); i-- > 0;) sides.insert(sides.end(), 2, w.padding[i]);
  const bool is_max = options.kind == PoolKind::max;
  const at::Tensor padded = at::constant_pad_nd(x, sides, is_max ? -std::numeric_limits<double>::infinity() : 0.0);
  at::Tensor y = is_max ? at::max_pool3d(padded, w.kernel, w.stride, 0, 1, options.ceil_mode)
                        : at::avg_pool3d(padded, w.kernel, w.stride, 0, options.ceil_mode);
  for (size_t i = 0; i < extent.size(); ++i) y = y.narrow(static_cast<int64_t>(i) + 2, 0, extent[i]);
  return y;
}

}  // namespace

at::Tensor Executor::convolution(NodeId id, const Convolution& options, const at::Tensor& x) {
  const Node& n = node(id);
  const ChannelRanges outputs = computed_channels(n.shape);
  const auto& stored = network_.parameters();
  const bool dense = options.groups == 1 && !options.depthwise;
  const ChannelRanges inputs = dense ? computed_channels(graph_.input_shape(n)) : ChannelRanges{{0, stored.weight(id).size(1)}};
  const auto channels_last = x.dim() == 5 ? at::MemoryFormat::ChannelsLast3d : at::MemoryFormat::ChannelsLast;
  // A slice of the input side is strided; the convolution libraries would repack it at every use (forward, backward data, backward weight).
  const at::Tensor weight =
      slice_weight(stored.weight(id), outputs, inputs, network_.channels_last() ? channels_last : at::MemoryFormat::Contiguous);
  const at::Tensor bias = options.bias ? slice_channels(stored.bias(id), 0, outputs) : at::Tensor();
  int64_t groups = options.groups;
  if (options.depthwise)
    groups = x.size(1);
  else if (options.groups > 1)
    groups = options.groups * count_channels(outputs) / graph_.channels(n.shape);
  if (x.size(1) == 0) {  // every input channel is closed: the bias alone is left
    std::vector<int64_t> shape{x.size(0), count_channels(outputs)};
    shape.insert(shape.end(), n.shape.extent.begin(), n.shape.extent.end());
    return bias.defined() ? at::zeros(shape, x.options()) + channel_view(bias, x.dim()) : at::zeros(shape, x.options());
  }
  const std::vector<int64_t> no_output_padding(n.shape.extent.size(), 0);
  // What a strided 1x1 convolution reads is taken out first. oneDNN as LibTorch 2.11 has it would do that in scratch memory of its own, and
  // its gradient of weights writes beyond that where the channels fill no whole vector (glibc shows it under MALLOC_CHECK_=3).
  if (skips_positions(options.window))
    return at::convolution(every_nth(x, options.window.stride), weight, bias, std::vector<int64_t>(n.shape.extent.size(), 1),
                           options.window.padding, options.window.dilation, false, no_output_padding, groups);
  return at::convolution(x, weight, bias, options.window.stride, options.window.padding, options.window.dilation, false, no_output_padding,
                         groups);
}

at::Tensor Executor::linear(NodeId id, const at::Tensor& x) {
  const ChannelRanges outputs = computed_channels(node(id).shape);
  const at::Tensor weight =
      slice_weight(network_.parameters().weight(id), outputs, computed_channels(graph_.input_shape(node(id))), std::nullopt);
  const at::Tensor& stored_bias = network_.parameters().bias(id);
  return at::linear(x, weight, stored_bias.defined() ? slice_channels(stored_bias, 0, outputs) : stored_bias);
}

at::Tensor Executor::activation(NodeId id, const Activation& options, const at::Tensor& x) {
  const bool in_place = may_overwrite(id);
  at::Tensor y = x;
  switch (options.kind) {
    case ActivationKind::relu:
      return in_place ? y.relu_() : y.relu();
    case ActivationKind::relu6:
      return at::hardtanh(x, 0, 6);
    case ActivationKind::sigmoid:
      return x.sigmoid();
  }
  return y;
}

at::Tensor Executor::pool(const Node& n, const Pool& options, const at::Tensor& x) {
  const Window& w = options.window;
  if (w.kernel.size() == 3 && exceeds_extent(w, x)) return pool_padded_clip(options, x, n.shape.extent);
  const bool flat = w.kernel.size() == 2;
  if (options.kind == PoolKind::max)
    return flat ? at::max_pool2d(x, w.kernel, w.stride, w.padding, 1, options.ceil_mode)
                : at::max_pool3d(x, w.kernel, w.stride, w.padding, 1, options.ceil_mode);
  return flat ? at::avg_pool2d(x, w.kernel, w.stride, w.padding, options.ceil_mode)
              : at::avg_pool3d(x, w.kernel, w.stride, w.padding, options.ceil_mode);
}

at::Tensor Executor::dropout(NodeId id, const Dropout& options, const at::Tensor& x) {
  if (pass_.phase != Phase::train || options.probability == 0) return x;
  // Drawn at full width and then sliced: which units drop does not depend on how wide the network runs.
  std::vector<int64_t> sizes{x.size(0), graph_.channels(node(id).shape)};
  sizes.insert(sizes.end(), node(id).shape.extent.begin(), node(id).shape.extent.end());
  auto generator = at::detail::createCPUGenerator(random_key(pass_.dropout_seed, RandomPurpose::dropout, {static_cast<uint64_t>(id)}));
  const double keep = 1.0 - options.probability;
  at::Tensor kept = at::empty(sizes, at::kFloat).bernoulli_(keep, generator);
  return x * slice_channels(kept, 1, computed_channels(node(id).shape)).to(x.device()).div_(keep);
}

}  // namespace tnn
