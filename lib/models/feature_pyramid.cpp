#include "models/feature_pyramid.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"

namespace tnn {
namespace {

Convolution square(int64_t kernel) { return {{.kernel = {kernel}, .stride = {}, .padding = {kernel / 2}, .dilation = {}}}; }

void check_halving(const GraphBuilder& b, const std::vector<NodeId>& levels, const std::vector<std::string>& names) {
  for (size_t i = 1; i < levels.size(); ++i) {
    const auto &finer = b.shape(levels[i - 1]).extent, &coarser = b.shape(levels[i]).extent;
    if (finer[0] != 2 * coarser[0] || finer[1] != 2 * coarser[1])
      throw UsageError(
          fmt::format("detector.fpn: '{}' is {} x {} and '{}' is {} x {} (allowed: each half as high and wide as the one "
                      "before; of a ResNet, an input whose sides are multiples of 32)",
                      names[i - 1], finer[0], finer[1], names[i], coarser[0], coarser[1]));
  }
}

}  // namespace

std::vector<NodeId> feature_pyramid(GraphBuilder& b, const std::vector<NodeId>& levels, const FeaturePyramidOptions& options) {
  check_halving(b, levels, options.levels);
  const GateId gate = options.cardinality > 1 ? b.channel_gate("fpn", options.cardinality) : kNone;
  const SpaceId inner = b.space("fpn.inner", options.channels, gate), outer = b.space("fpn.outer", options.channels, gate);
  std::vector<NodeId> maps;
  NodeId above = kNone;
  for (size_t i = levels.size(); i-- > 0;) {
    NodeId x = b.convolution(fmt::format("fpn.inner_blocks.{}", i), levels[i], inner, square(1));
    if (above != kNone) x = b.add(fmt::format("fpn.sum.{}", i), {x, b.upsample(fmt::format("fpn.upsample.{}", i), above, 2)});
    above = x;
    maps.push_back(b.convolution(fmt::format("fpn.layer_blocks.{}", i), x, outer, square(3)));
  }
  std::reverse(maps.begin(), maps.end());
  if (options.anchor_levels > static_cast<int64_t>(levels.size()))
    maps.push_back(b.pool("fpn.pool", maps.back(), {PoolKind::max, {.kernel = {1}, .stride = {2}, .padding = {}, .dilation = {}}}));
  return maps;
}

}  // namespace tnn
