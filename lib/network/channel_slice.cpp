#include "network/channel_slice.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>

namespace tnn {

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

void scatter_channels(const at::Tensor& full, const ChannelRanges& ranges, const at::Tensor& values) {
  if (ranges.size() <= 1) return;  // slice_channels gave a view
  full.index_copy_(0, channel_indices(ranges, full.device()), values);
}

}  // namespace tnn
