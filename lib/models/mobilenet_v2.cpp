#include "models/mobilenet_v2.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <regex>

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

/// The form of the blocks.
struct Form {
  bool projected = false;  ///< expansions and shortcuts everywhere
  ActivationKind activation() const { return projected ? ActivationKind::relu : ActivationKind::relu6; }
};

/// Batch norm and activation after the convolution "<name>.0".
NodeId activated(GraphBuilder& b, NodeId x, const std::string& name, const Form& form) {
  return b.activation(name + ".2", b.batch_norm(name + ".1", x), form.activation());
}

struct Block {
  std::string name;
  GateId gate;
  int64_t expansion, stride;
  SpaceId output;
};

NodeId inverted_residual(GraphBuilder& b, NodeId x, const Block& block, const Form& form) {
  int number = 0;
  const auto next = [&] { return fmt::format("{}.conv.{}", block.name, number++); };
  NodeId y = x;
  if (block.expansion > 1 || form.projected) {
    const std::string name = next();
    y = activated(b, b.convolution(name + ".0", y, b.channels(x) * block.expansion, block.gate, same_convolution(1)), name, form);
  }
  const std::string depthwise = next();
  y = activated(b, b.depthwise_convolution(depthwise + ".0", y, square_window(3, block.stride, 1), false), depthwise, form);
  y = b.convolution(next(), y, block.output, same_convolution(1));
  y = b.batch_norm(next(), y);
  if (block.stride != 1) return y;
  if (b.shape(x).parts.front().space == block.output) return b.add(block.name + ".add", {x, y});
  if (!form.projected) return y;
  x = b.convolution(block.name + ".shortcut.0", x, block.output, same_convolution(1));
  return b.add(block.name + ".add", {b.batch_norm(block.name + ".shortcut.1", x), y});
}

}  // namespace

std::string mobilenet_v2_pretrained_name(const std::string& name, const ModelOptions&) {
  static const std::map<std::string, std::string> outer{
      {"conv1", "features.0.0"}, {"bn1", "features.0.1"}, {"conv2", "features.18.0"}, {"bn2", "features.18.1"}, {"linear", "classifier.1"}};
  static const std::map<std::string, std::string> inner{{"conv1", "conv.0.0"},        {"bn1", "conv.0.1"},         {"conv2", "conv.1.0"},
                                                        {"bn2", "conv.1.1"},          {"conv3", "conv.2"},         {"bn3", "conv.3"},
                                                        {"shortcut.0", "shortcut.0"}, {"shortcut.1", "shortcut.1"}};
  static const std::regex block(R"(layers\.(\d{1,3})\.(conv1|bn1|conv2|bn2|conv3|bn3|shortcut\.[01])\.(.*))"),
      layer(R"((conv1|bn1|conv2|bn2|linear)\.(.*))");
  std::smatch parts;
  if (std::regex_match(name, parts, block))
    return fmt::format("features.{}.{}.{}", std::stoi(parts[1]) + 1, inner.at(parts[2]), parts[3].str());
  return std::regex_match(name, parts, layer) ? outer.at(parts[1]) + "." + parts[2].str() : name;
}

Graph mobilenet_v2(const ModelOptions& options) {
  require_image_input("mobilenet_v2", options);
  const bool large = is_large_image(options);
  const Form form{choose_variant(options, {"residual", "projected"}) == "projected"};
  GraphBuilder b("mobilenet_v2");
  const auto gate = [&](const std::string& name, int64_t narrowest) {
    return b.channel_gate(name, static_cast<int>(std::min<int64_t>(options.cardinality, narrowest)));
  };
  const NodeId input = b.input(options.input);
  NodeId x = b.convolution("features.0.0", input, kFirst, gate("stem", kFirst), same_convolution(3, large ? 2 : 1));
  x = activated(b, x, "features.0", form);
  int number = 1;
  for (size_t s = 0; s < std::size(kStages); ++s) {
    const Stage& stage = kStages[s];
    const std::string name = fmt::format("stage{}", s + 1);
    const GateId shared = gate(name, stage.channels);
    const SpaceId output = b.space(name, stage.channels, shared);
    for (int i = 0; i < stage.blocks; ++i) {
      const int64_t stride = i > 0 || (s == 1 && !large) ? 1 : stage.stride;
      x = inverted_residual(b, x, {fmt::format("features.{}", number++), shared, stage.expansion, stride, output}, form);
    }
  }
  const std::string last = fmt::format("features.{}", number);
  x = activated(b, b.convolution(last + ".0", x, kLast, gate("head", kLast), same_convolution(1)), last, form);
  x = b.flatten("flatten", b.global_pool("avgpool", x));
  if (options.dropout > 0) x = b.dropout("classifier.0", x, options.dropout);
  return b.finish({b.linear("classifier.1", x, options.classes)});
}

}  // namespace tnn
