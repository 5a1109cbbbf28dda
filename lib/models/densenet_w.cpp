#include "models/densenet_w.h"

#include <fmt/format.h>

#include <algorithm>
#include <regex>

#include "core/error.h"
#include "models/layers.h"

namespace tnn {
namespace {

struct Plan {
  int64_t growth, stem_channels;
  std::vector<int> layers;  ///< of each block
};

Plan plan_of(const ModelOptions& options) {
  if (is_large_image(options)) {
    if (options.depth == 0 || options.depth == 121) return {32, 64, {6, 12, 24, 16}};
    if (options.depth == 169) return {32, 64, {6, 12, 32, 32}};
    if (options.depth == 201) return {32, 64, {6, 12, 48, 32}};
    throw UsageError(fmt::format("model.depth: densenet_w has depth 121, 169 or 201 for large images, not {}", options.depth));
  }
  const int depth = options.depth == 0 ? 100 : options.depth;
  if (depth < 10 || (depth - 4) % 6 != 0)
    throw UsageError(
        fmt::format("model.depth: densenet_w has depth 6n + 4 (22, 40, 100, ...) for images under 64 positions, not {}", depth));
  return {12, 24, std::vector<int>(3, (depth - 4) / 6)};
}

/// The gates of one block; kNone where the variant has none.
struct BlockGates {
  GateId bottleneck = kNone, growth = kNone, layers = kNone;
};

BlockGates gates_of(GraphBuilder& b, const std::string& block, const std::string& variant, const Plan& plan, int layers, int cardinality) {
  const auto at_most = [&](int64_t channels) { return static_cast<int>(std::min<int64_t>(cardinality, channels)); };
  BlockGates gates;
  if (variant != "d") {
    gates.bottleneck = b.channel_gate(block + ".bottleneck", at_most(4 * plan.growth));
    gates.growth = b.channel_gate(block + ".growth", at_most(plan.growth));
  }
  if (variant != "w") gates.layers = b.branch_gate(block + ".layers", layers);
  return gates;
}

NodeId dense_layer(GraphBuilder& b, NodeId x, const std::string& name, int index, const BlockGates& gates, int64_t growth) {
  if (gates.layers != kNone) b.begin_branch(gates.layers, index);
  NodeId y = b.relu(name + ".relu1", b.batch_norm(name + ".norm1", x));
  y = b.convolution(name + ".conv1", y, 4 * growth, gates.bottleneck, same_convolution(1));
  y = b.relu(name + ".relu2", b.batch_norm(name + ".norm2", y));
  y = b.convolution(name + ".conv2", y, growth, gates.growth, same_convolution(3));
  if (gates.layers != kNone) b.end_branch();
  return b.concat(name + ".concat", {x, y});
}

/// Half the channels (of the full width), half the extent.
NodeId transition(GraphBuilder& b, NodeId x, const std::string& name) {
  NodeId y = b.relu(name + ".relu", b.batch_norm(name + ".norm", x));
  y = b.convolution(name + ".conv", y, b.channels(x) / 2, kNone, same_convolution(1));
  return b.pool(name + ".pool", y, {.kind = PoolKind::average, .window = square_window(2, 2)});
}

NodeId stem(GraphBuilder& b, const ModelOptions& options, const Plan& plan) {
  const bool large = is_large_image(options);
  NodeId x = b.convolution("features.conv0", b.input(options.input), plan.stem_channels, kNone,
                           large ? same_convolution(7, 2) : same_convolution(3));
  if (!large) return x;
  x = b.relu("features.relu0", b.batch_norm("features.norm0", x));
  return b.pool("features.pool0", x, {.window = square_window(3, 2, 1)});
}

}  // namespace

std::string densenet_pretrained_name(const std::string& name, const ModelOptions&) {
  static const std::regex early("(.*denselayer\\d+\\.(?:norm|conv))\\.([12]\\..*)");
  return std::regex_replace(name, early, "$1$2");
}

Graph densenet_w(const ModelOptions& options) {
  require_image_input("densenet_w", options);
  const std::string variant = choose_variant(options, {"w", "d", "dw"});
  const Plan plan = plan_of(options);
  GraphBuilder b("densenet_w");
  NodeId x = stem(b, options, plan);
  for (size_t i = 0; i < plan.layers.size(); ++i) {
    const std::string block = fmt::format("features.denseblock{}", i + 1);
    const BlockGates gates = gates_of(b, block, variant, plan, plan.layers[i], options.cardinality);
    for (int layer = 0; layer < plan.layers[i]; ++layer)
      x = dense_layer(b, x, fmt::format("{}.denselayer{}", block, layer + 1), layer, gates, plan.growth);
    if (i + 1 < plan.layers.size()) x = transition(b, x, fmt::format("features.transition{}", i + 1));
  }
  x = b.relu("features.relu5", b.batch_norm(fmt::format("features.norm{}", plan.layers.size() + 1), x));
  return b.finish({pooled_classifier(b, "classifier", x, options.classes)});
}

}  // namespace tnn
