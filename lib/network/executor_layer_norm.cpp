#include <ATen/TensorOperators.h>
#include <ATen/ops/layer_norm.h>

#include "network/channel_slice.h"
#include "network/executor.h"

namespace tnn {

at::Tensor Executor::layer_norm(NodeId id, const LayerNorm& options, const at::Tensor& x) {
  const ChannelRanges ranges = computed_channels(node(id).shape);
  const at::Tensor gain = slice_channels(network_.parameters().weight(id), 0, ranges),
                   bias = slice_channels(network_.parameters().bias(id), 0, ranges);
  at::Tensor weights = channel_weights(node(id));
  if (!weights.defined())  // the channels last, as LibTorch wants them, and where they lie anyway
    return at::layer_norm(x.movedim(1, -1), {x.size(1)}, gain, bias, options.epsilon).movedim(-1, 1);
  std::vector<int64_t> sizes = weights.sizes().vec(), channels(static_cast<size_t>(x.dim()), 1);
  sizes.resize(static_cast<size_t>(x.dim()), 1);
  channels[1] = -1;
  weights = weights.view(sizes).to(x.scalar_type());
  const at::Tensor count = weights.sum(1, true).clamp_min(1e-6);
  const at::Tensor centred = x - (x * weights).sum(1, true) / count;
  const at::Tensor variance = (centred * centred * weights).sum(1, true) / count;
  return centred * (variance + options.epsilon).rsqrt() * gain.view(channels) + bias.view(channels);
}

}  // namespace tnn
