#include "models/resnet_d.h"

#include <fmt/format.h>

#include <map>
#include <regex>

#include "core/error.h"
#include "models/layers.h"

namespace tnn {
namespace {

struct Plan {
  bool bottleneck = false;
  int64_t width = 64;       ///< of the first stage, doubled in each
  std::vector<int> blocks;  ///< of each stage
  bool padded_shortcuts = false;
  bool subsamples_last = false;  ///< the last block of a stage
  int64_t expansion() const { return bottleneck ? 4 : 1; }
};

const std::vector<std::string> kSmallVariants{"b", "a", "a_last", "imagenet"};

int small_depth(const ModelOptions& options) { return options.depth == 0 ? 20 : options.depth; }

Plan large_plan(const ModelOptions& options) {
  switch (options.depth) {
    case 18:
      return {false, 64, {2, 2, 2, 2}};
    case 34:
      return {false, 64, {3, 4, 6, 3}};
    case 0:
    case 50:
      return {true, 64, {3, 4, 6, 3}};
    case 101:
      return {true, 64, {3, 4, 23, 3}};
    case 152:
      return {true, 64, {3, 8, 36, 3}};
  }
  throw UsageError(fmt::format(
      "model.depth: resnet_d has depth 18, 34, 50, 101 or 152 for large images and in model.variant imagenet, not {}", options.depth));
}

Plan plan_of(const ModelOptions& options) {
  if (is_large_image(options)) {
    choose_variant(options, {"b"});
    return large_plan(options);
  }
  const std::string variant = choose_variant(options, kSmallVariants);
  if (variant == "imagenet") return large_plan(options);
  const int depth = small_depth(options);
  if (depth < 8 || (depth - 2) % 6 != 0)
    throw UsageError(
        fmt::format("model.depth: resnet_d has depth 6n + 2 (20, 32, 44, ...) for images under 64 positions, not {} (18, 34, 50, 101 and "
                    "152: model.variant "
                    "imagenet)",
                    depth));
  return {false, 16, std::vector<int>(3, (depth - 2) / 6), variant != "b", variant == "a_last"};
}

/// The convolutions of a block, without the last ReLU.
NodeId transformation(GraphBuilder& b, NodeId x, const std::string& name, SpaceId trunk, int64_t width, int64_t stride, bool bottleneck) {
  NodeId y = b.convolution(name + ".conv1", x, width, kNone, bottleneck ? same_convolution(1) : same_convolution(3, stride));
  y = b.relu(name + ".relu1", b.batch_norm(name + ".bn1", y));
  if (!bottleneck) return b.batch_norm(name + ".bn2", b.convolution(name + ".conv2", y, trunk, same_convolution(3)));
  y = b.convolution(name + ".conv2", y, width, kNone, same_convolution(3, stride));
  y = b.relu(name + ".relu2", b.batch_norm(name + ".bn2", y));
  return b.batch_norm(name + ".bn3", b.convolution(name + ".conv3", y, trunk, same_convolution(1)));
}

NodeId stem(GraphBuilder& b, const ModelOptions& options, int64_t width) {
  const bool large = is_large_image(options);
  NodeId x = b.convolution("conv1", b.input(options.input), width, kNone, large ? same_convolution(7, 2) : same_convolution(3));
  x = b.relu("relu", b.batch_norm("bn1", x));
  return large ? b.pool("maxpool", x, {.window = square_window(3, 2, 1)}) : x;
}

/// What the first block of a stage adds: x in the stage's shape.
NodeId projection(GraphBuilder& b, NodeId x, const std::string& name, SpaceId trunk, int64_t stride, bool padded) {
  if (!padded) return b.batch_norm(name + ".downsample.1", b.convolution(name + ".downsample.0", x, trunk, same_convolution(1, stride)));
  const NodeId every_other = b.pool(name + ".subsample", x, {.kind = PoolKind::max, .window = square_window(1, stride)});
  return b.channel_pad(name + ".pad", every_other, trunk, b.channels(x) / 2);
}

NodeId stage(GraphBuilder& b, NodeId x, const Plan& plan, size_t index) {
  const std::string layer = fmt::format("layer{}", index + 1);
  const int64_t width = plan.width << index, channels = width * plan.expansion(), first_stride = index > 0 ? 2 : 1;
  const bool projected = first_stride != 1 || b.channels(x) != channels;
  const int keeping = plan.blocks[index] - (projected ? 1 : 0);
  const GateId gate = keeping > 0 ? b.branch_gate(layer, keeping) : kNone;
  for (int i = 0; i < plan.blocks[index]; ++i) {
    const std::string name = fmt::format("{}.{}", layer, i);
    const bool keeps = i > 0 || !projected;
    const SpaceId trunk = keeps ? b.shape(x).parts.front().space : b.space(layer, channels);
    if (keeps) b.begin_branch(gate, i - (projected ? 1 : 0));
    const NodeId y = transformation(b, x, name, trunk, width, keeps ? 1 : first_stride, plan.bottleneck);
    if (keeps) b.end_branch();
    if (!keeps) x = projection(b, x, name, trunk, first_stride, plan.padded_shortcuts);
    x = b.relu(name + ".relu", b.add(name + ".add", {y, x}));
  }
  return x;
}

/// A stage that ends with the block which subsamples and widens (but for the network's last).
NodeId subsampling_stage(GraphBuilder& b, NodeId x, const Plan& plan, size_t index) {
  const std::string layer = fmt::format("layer{}", index + 1);
  const bool widens = index + 1 < plan.blocks.size();
  const int count = plan.blocks[index], keeping = count - (widens ? 1 : 0);
  const int64_t width = plan.width << index;
  const SpaceId trunk = b.shape(x).parts.front().space;
  const GateId gate = keeping > 0 ? b.branch_gate(layer, keeping) : kNone;
  const auto named = [&](int block, const char* part) { return fmt::format("{}.{}.{}", layer, block, part); };
  for (int i = 0; i < keeping; ++i) {
    b.begin_branch(gate, i);
    const NodeId y = transformation(b, x, fmt::format("{}.{}", layer, i), trunk, width, 1, false);
    b.end_branch();
    x = b.relu(named(i, "relu"), b.add(named(i, "add"), {y, x}));
  }
  if (!widens) return x;
  const int last = count - 1;
  const SpaceId wide = b.space(layer, 2 * width);
  NodeId y = b.relu(named(last, "relu1"),
                    b.batch_norm(named(last, "bn1"), b.convolution(named(last, "conv1"), x, width, kNone, same_convolution(3))));
  y = b.batch_norm(named(last, "bn2"), b.convolution(named(last, "conv2"), y, wide, same_convolution(3, 2)));
  x = projection(b, x, fmt::format("{}.{}", layer, last), wide, 2, true);
  return b.relu(named(last, "relu"), b.add(named(last, "add"), {y, x}));
}

/// `from` at the place of a whole component of a dotted name becomes `to`.
std::string with_component(const std::string& name, const std::string& from, const std::string& to) {
  const std::string dotted = "." + name + ".";
  const size_t at = dotted.find("." + from + ".");
  return at == std::string::npos ? name : name.substr(0, at) + to + name.substr(at + from.size());
}

/// The names of variant a_last.
std::string subsampling_stage_name(const std::string& name, int blocks) {
  static const std::map<std::string, std::string> stages{{"first", "layer1"}, {"second", "layer2"}, {"third", "layer3"}};
  static const std::map<std::string, std::string> layers{{"0", "conv1"}, {"1", "bn1"}, {"3", "conv2"}, {"4", "bn2"}};
  static const std::regex block(R"((first|second|third)_block\.(?:residual_block\.(\d{1,4})|final_block)\.([0134])\.(.*))"),
      unused(R"((first|second|third)_block\.(?:conv_block|bn)\..*)");
  std::smatch parts;
  if (std::regex_match(name, parts, block))
    return fmt::format("{}.{}.{}.{}", stages.at(parts[1]), parts[2].matched ? std::stoi(parts[2]) : blocks - 1, layers.at(parts[3]),
                       parts[4].str());
  if (std::regex_match(name, unused)) return "";
  return with_component(with_component(name, "first_layer", "conv1"), "bn", "bn1");
}

}  // namespace

std::string resnet_pretrained_name(const std::string& name, const ModelOptions& options) {
  if (!is_large_image(options) && choose_variant(options, kSmallVariants) == "a_last")
    return subsampling_stage_name(name, (small_depth(options) - 2) / 6);
  return with_component(with_component(name, "linear", "fc"), "shortcut", "downsample");
}

Graph resnet_d(const ModelOptions& options) {
  require_image_input("resnet_d", options);
  const Plan plan = plan_of(options);
  GraphBuilder b("resnet_d");
  NodeId x = stem(b, options, plan.width);
  for (size_t index = 0; index < plan.blocks.size(); ++index)
    x = plan.subsamples_last ? subsampling_stage(b, x, plan, index) : stage(b, x, plan, index);
  return b.finish({pooled_classifier(b, "fc", x, options.classes)});
}

}  // namespace tnn
