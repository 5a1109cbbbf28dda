#include "network/channel_slice.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/GradMode.h>

namespace tnn {
namespace {

bool covers(const ChannelRanges& ranges, int64_t channels) { return ranges.size() == 1 && ranges.front().size() == channels; }

/// full[outputs, inputs] += part
void add_to_slice(const at::Tensor& full, const ChannelRanges& outputs, const ChannelRanges& inputs, const at::Tensor& part) {
  int64_t row = 0;
  for (const ChannelRange& output : outputs) {
    int64_t column = 0;
    for (const ChannelRange& input : inputs) {
      full.narrow(0, output.begin, output.size())
          .narrow(1, input.begin, input.size())
          .add_(part.narrow(0, row, output.size()).narrow(1, column, input.size()));
      column += input.size();
    }
    row += output.size();
  }
}

}  // namespace

at::Tensor channel_indices(const ChannelRanges& ranges, at::Device device) {
  std::vector<at::Tensor> pieces;
  const auto options = at::TensorOptions(at::kLong).device(device);
  for (const ChannelRange& range : ranges) pieces.push_back(at::arange(range.begin, range.end, options));
  return pieces.empty() ? at::empty({0}, options) : at::cat(pieces);
}

at::Tensor slice_channels(const at::Tensor& full, int64_t dimension, const ChannelRanges& ranges) {
  if (ranges.empty()) return full.narrow(dimension, 0, 0);
  if (ranges.size() == 1) {
    const ChannelRange range = ranges.front();
    return range.size() == full.size(dimension) ? full : full.narrow(dimension, range.begin, range.size());
  }
  return full.index_select(dimension, channel_indices(ranges, full.device()));
}

at::Tensor slice_weight(const at::Tensor& full, const ChannelRanges& outputs, const ChannelRanges& inputs,
                        std::optional<at::MemoryFormat> format) {
  const bool whole = covers(outputs, full.size(0)) && covers(inputs, full.size(1));
  at::Tensor slice = whole ? full : slice_channels(slice_channels(full.detach(), 0, outputs), 1, inputs);
  if (format) slice = slice.contiguous(*format);
  if (whole || !full.requires_grad() || !c10::GradMode::is_enabled()) return slice;
  slice = slice.detach().requires_grad_();
  slice.register_hook([full, outputs, inputs](const at::Tensor& gradient) {
    c10::NoGradGuard no_grad;
    at::Tensor& sum = full.mutable_grad();
    if (!sum.defined()) sum = at::zeros_like(full.detach());
    add_to_slice(sum, outputs, inputs, gradient);
  });
  return slice;
}

void scatter_channels(const at::Tensor& full, const ChannelRanges& ranges, const at::Tensor& values) {
  if (ranges.size() <= 1) return;  // slice_channels gave a view
  full.index_copy_(0, channel_indices(ranges, full.device()), values);
}

}  // namespace tnn
