#pragma once

#include <ATen/core/Tensor.h>

#include "gating/configuration.h"

namespace tnn {

/// The active channels of a tensor along one dimension: the tensor itself where all are active, a view where they are one range, a gathered
/// copy else. Differentiable.
at::Tensor slice_channels(const at::Tensor& full, int64_t dimension, const ChannelRanges& ranges);

/// Writes `values` to the active channels of `full` along dimension 0, without gradient. A no-op where `values` is a view of `full`.
void scatter_channels(const at::Tensor& full, const ChannelRanges& ranges, const at::Tensor& values);

/// Channel indices of the ranges as a LibTorch index tensor on `device`.
at::Tensor channel_indices(const ChannelRanges& ranges, at::Device device);

}  // namespace tnn
