#include "models/shufflenet.h"

#include <fmt/format.h>

#include "core/error.h"
#include "models/layers.h"

namespace tnn {
namespace {

constexpr int64_t kGroups = 3;      ///< of the 1x1 convolutions
constexpr int64_t kBottleneck = 4;  ///< output channels of a unit over its inner channels
constexpr int64_t kStemChannels = 24;
constexpr double kLeastWidth = 0.05;  ///< below, rounding would give stages the same channels

struct Stage {
  int64_t channels;
  int units;
};
constexpr Stage kStages[] = {{240, 4}, {480, 8}, {960, 4}};

Convolution pointwise(int64_t groups) { return same_convolution(1, 1, groups); }

/// The convolutions of a unit up to the batch norm of the last, whose results go to `output`.
NodeId residual_branch(GraphBuilder& b, const std::string& name, NodeId x, int64_t inner, SpaceId output, int64_t stride, bool first) {
  const auto named = [&](const char* layer) { return name + "." + layer; };
  NodeId y = b.convolution(named("conv1"), x, inner, kNone, pointwise(first ? 1 : kGroups));
  y = b.relu(named("relu1"), b.batch_norm(named("bn1"), y));
  y = b.channel_shuffle(named("shuffle"), y, kGroups);
  y = b.batch_norm(named("bn2"), b.depthwise_convolution(named("conv2"), y, square_window(3, stride, 1), false));
  return b.batch_norm(named("bn3"), b.convolution(named("conv3"), y, output, pointwise(kGroups)));
}

/// The first unit of a stage: half the extent, the channels of its branch beside those of its pooled input. Their channel space is one
/// from there on, since later units add to it.
NodeId downsampling_unit(GraphBuilder& b, const std::string& name, NodeId x, int64_t channels, bool first) {
  const SpaceId branch = b.space(name + ".branch", channels - b.channels(x));
  const NodeId y = residual_branch(b, name, x, channels / kBottleneck, branch, 2, first);
  const NodeId shortcut = b.pool(name + ".avgpool", x, {PoolKind::average, square_window(3, 2, 1)});
  const NodeId both = b.relu(name + ".relu", b.concat(name + ".concat", {y, shortcut}));
  return b.channel_pad(name + ".join", both, b.space(name, channels), 0);
}

NodeId residual_unit(GraphBuilder& b, const std::string& name, NodeId x) {
  const SpaceId space = b.shape(x).parts.front().space;
  const NodeId y = residual_branch(b, name, x, b.channels(x) / kBottleneck, space, 1, false);
  return b.relu(name + ".relu", b.add(name + ".add", {y, x}));
}

NodeId stem(GraphBuilder& b, const ModelOptions& options) {
  const bool clip = options.input.size() == 4, large = clip || is_large_image(options);
  const std::vector<int64_t> stride = clip ? std::vector<int64_t>{1, 2, 2} : std::vector<int64_t>{large ? 2 : 1};
  NodeId x = b.convolution("conv1", b.input(options.input), scaled_channels(kStemChannels, options, kGroups), kNone,
                           {.window = {{3}, stride, {1}, {}}, .bias = false});
  x = b.relu("relu1", b.batch_norm("bn1", x));
  return large ? b.pool("maxpool", x, {.window = square_window(3, 2, 1)}) : x;
}

}  // namespace

Graph shufflenet_of(const std::string& name, const ModelOptions& options) {
  if (options.width_multiplier < kLeastWidth)
    throw UsageError(fmt::format("model.width_multiplier: {} leaves the stages of {} no channels to add (allowed: at least {})",
                                 options.width_multiplier, name, kLeastWidth));
  GraphBuilder b(name);
  NodeId x = stem(b, options);
  int stage = 2;
  for (const Stage& each : kStages) {
    const int64_t channels = scaled_channels(each.channels, options, kGroups * kBottleneck);
    x = downsampling_unit(b, fmt::format("stage{}.0", stage), x, channels, stage == 2);
    for (int unit = 1; unit < each.units; ++unit) x = residual_unit(b, fmt::format("stage{}.{}", stage, unit), x);
    ++stage;
  }
  return b.finish({pooled_classifier(b, "classifier", x, options.classes)});
}

Graph shufflenet(const ModelOptions& options) {
  require_image_input("shufflenet", options);
  return shufflenet_of("shufflenet", options);
}

}  // namespace tnn
