#include "models/mobilenet_v2.h"

#include <fmt/format.h>

#include <algorithm>

#include "models/layers.h"

namespace tnn {
namespace {

struct Stage {
  int64_t expansion, channels;
  int blocks;
  int64_t stride;
};
constexpr Stage kStages[] = {{1, 16, 1, 1}, {6, 24, 2, 2}, {6, 32, 3, 2}, {6, 64, 4, 2}, {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};
constexpr int64_t kFirst = 32, kLast = 1280;

/// Batch norm and ReLU6 after the convolution "<name>.0".
NodeId activated(GraphBuilder& b, NodeId x, const std::string& name) {
  return b.activation(name + ".2", b.batch_norm(name + ".1", x), ActivationKind::relu6);
}

struct Block {
  std::string name;
  GateId gate;
  int64_t expansion, stride;
  SpaceId output;
};

NodeId inverted_residual(GraphBuilder& b, NodeId x, const Block& block) {
  int number = 0;
  const auto next = [&] { return fmt::format("{}.conv.{}", block.name, number++); };
  NodeId y = x;
  if (block.expansion > 1) {
    const std::string name = next();
    y = activated(b, b.convolution(name + ".0", y, b.channels(x) * block.expansion, block.gate, same_convolution(1)), name);
  }
  const std::string depthwise = next();
  y = activated(b, b.depthwise_convolution(depthwise + ".0", y, square_window(3, block.stride, 1), false), depthwise);
  y = b.convolution(next(), y, block.output, same_convolution(1));
  y = b.batch_norm(next(), y);
  const bool adds = block.stride == 1 && b.shape(x).parts.front().space == block.output;
  return adds ? b.add(block.name + ".add", {x, y}) : y;
}

}  // namespace

Graph mobilenet_v2(const ModelOptions& options) {
  require_image_input("mobilenet_v2", options);
  const bool large = is_large_image(options);
  GraphBuilder b("mobilenet_v2");
  const auto gate = [&](const std::string& name, int64_t narrowest) {
    return b.channel_gate(name, static_cast<int>(std::min<int64_t>(options.cardinality, narrowest)));
  };
  const NodeId input = b.input(options.input);
  NodeId x = b.convolution("features.0.0", input, kFirst, gate("stem", kFirst), same_convolution(3, large ? 2 : 1));
  x = activated(b, x, "features.0");
  int number = 1;
  for (size_t s = 0; s < std::size(kStages); ++s) {
    const Stage& stage = kStages[s];
    const std::string name = fmt::format("stage{}", s + 1);
    const GateId shared = gate(name, stage.channels);
    const SpaceId output = b.space(name, stage.channels, shared);
    for (int i = 0; i < stage.blocks; ++i) {
      const int64_t stride = i > 0 || (s == 1 && !large) ? 1 : stage.stride;
      x = inverted_residual(b, x, {fmt::format("features.{}", number++), shared, stage.expansion, stride, output});
    }
  }
  const std::string last = fmt::format("features.{}", number);
  x = activated(b, b.convolution(last + ".0", x, kLast, gate("head", kLast), same_convolution(1)), last);
  x = b.flatten("flatten", b.global_pool("avgpool", x));
  if (options.dropout > 0) x = b.dropout("classifier.0", x, options.dropout);
  return b.finish({b.linear("classifier.1", x, options.classes)});
}

}  // namespace tnn
