#include "models/resnext_w.h"

#include <fmt/format.h>

#include "core/error.h"
#include "models/layers.h"

namespace tnn {
namespace {

/// Blocks of each stage.
std::vector<int> stage_blocks(const ModelOptions& options) {
  if (is_large_image(options)) {
    if (options.depth == 0 || options.depth == 50) return {3, 4, 6, 3};
    if (options.depth == 101) return {3, 4, 23, 3};
    throw UsageError(fmt::format("model.depth: resnext_w has depth 50 or 101 for large images, not {}", options.depth));
  }
  const int depth = options.depth == 0 ? 29 : options.depth;
  if (depth < 11 || (depth - 2) % 9 != 0)
    throw UsageError(fmt::format("model.depth: resnext_w has depth 9n + 2 (11, 20, 29, ...) for images under 64 positions, not {}", depth));
  return std::vector<int>(3, (depth - 2) / 9);
}

struct Block {
  std::string name;
  GateId gate;
  int64_t width, channels, stride;  ///< inner channels, output channels, stride of the grouped convolution
  bool projected;                   ///< the shortcut is a 1x1 convolution
};

NodeId residual_block(GraphBuilder& b, NodeId x, const Block& block, const ModelOptions& options) {
  const auto named = [&](const char* layer) { return block.name + "." + layer; };
  NodeId y = b.convolution(named("conv1"), x, block.width, block.gate, same_convolution(1));
  y = b.relu(named("relu1"), b.batch_norm(named("bn1"), y));
  y = b.convolution(named("conv2"), y, block.width, block.gate, same_convolution(3, block.stride, options.cardinality));
  y = b.relu(named("relu2"), b.batch_norm(named("bn2"), y));
  const SpaceId trunk = block.projected ? b.space(block.name, block.channels) : b.shape(x).parts.front().space;
  y = b.batch_norm(named("bn3"), b.convolution(named("conv3"), y, trunk, same_convolution(1)));
  if (block.projected)
    x = b.batch_norm(named("downsample.1"), b.convolution(named("downsample.0"), x, trunk, same_convolution(1, block.stride)));
  return b.relu(named("relu"), b.add(named("add"), {y, x}));
}

NodeId stem(GraphBuilder& b, const ModelOptions& options) {
  const bool large = is_large_image(options);
  NodeId x = b.convolution("conv1", b.input(options.input), 64, kNone, large ? same_convolution(7, 2) : same_convolution(3));
  x = b.relu("relu", b.batch_norm("bn1", x));
  return large ? b.pool("maxpool", x, {.window = square_window(3, 2, 1)}) : x;
}

}  // namespace

Graph resnext_w(const ModelOptions& options) {
  require_image_input("resnext_w", options);
  const auto blocks = stage_blocks(options);
  GraphBuilder b("resnext_w");
  NodeId x = stem(b, options);
  for (size_t stage = 0; stage < blocks.size(); ++stage) {
    const GateId gate = b.channel_gate(fmt::format("layer{}", stage + 1), options.cardinality);
    const int64_t width = options.cardinality * options.group_width << stage, channels = int64_t{256} << stage;
    for (int i = 0; i < blocks[stage]; ++i) {
      const std::string name = fmt::format("layer{}.{}", stage + 1, i);
      x = residual_block(b, x, {name, gate, width, channels, stage > 0 && i == 0 ? 2 : 1, i == 0}, options);
    }
  }
  return b.finish({pooled_classifier(b, "fc", x, options.classes)});
}

}  // namespace tnn
