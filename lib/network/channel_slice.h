#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

#include "gating/configuration.h"

namespace tnn {

/// The active channels of a tensor along one dimension: the tensor itself where all are active, a view where they are one range, a gathered
/// copy else. Differentiable.
at::Tensor slice_channels(const at::Tensor& full, int64_t dimension, const ChannelRanges& ranges);

/// The active part of a weight [out, in, ...] for differentiable use. Where it is not the whole weight and gradients are recorded, it is a
/// leaf of its own (in `format`, or a view of the weight where none is given) whose gradient is added to the weight's own `grad` in place:
/// the chain of full-size zero gradients that nested views would build is never made.
at::Tensor slice_weight(const at::Tensor& full, const ChannelRanges& outputs, const ChannelRanges& inputs,
                        std::optional<at::MemoryFormat> format);

/// Writes `values` to the active channels of `full` along dimension 0, without gradient. A no-op where `values` is a view of `full`.
void scatter_channels(const at::Tensor& full, const ChannelRanges& ranges, const at::Tensor& values);

/// Channel indices of the ranges as a LibTorch index tensor on `device`.
at::Tensor channel_indices(const ChannelRanges& ranges, at::Device device);

}  // namespace tnn
