#include "models/vgg_w.h"

#include <fmt/format.h>

#include <charconv>

#include "core/error.h"
#include "graph/graph_builder.h"
#include "models/layers.h"
#include "models/mlp.h"

namespace tnn {
namespace {

int64_t channels_of(const std::string& entry) {
  int64_t channels = 0;
  const auto [end, error] = std::from_chars(entry.data(), entry.data() + entry.size(), channels);
  if (error != std::errc() || end != entry.data() + entry.size() || channels < 1)
    throw UsageError(fmt::format("model.stages: '{}' is neither a number of channels nor 'M' (a max pool)", entry));
  return channels;
}

/// The paper's net: names by stage and layer.
Graph staged_vgg(const ModelOptions& options) {
  GraphBuilder b("vgg_w");
  NodeId x = b.input(options.input);
  int stage = 1, layer = 0;
  GateId gate = kNone;
  const auto pool = [&] { x = b.pool(fmt::format("stage{}.pool", stage), x, {.window = square_window(2, 2)}); };
  for (size_t i = 0; i < options.stages.size(); ++i) {
    const std::string& entry = options.stages[i];
    if (entry == "M") {
      if (!options.pool_before_norm || layer == 0) pool();
      ++stage, layer = 0, gate = kNone;
      continue;
    }
    if (gate == kNone) gate = b.channel_gate(fmt::format("stage{}", stage), options.cardinality);
    const std::string name = fmt::format("stage{}.conv{}", stage, ++layer);
    x = b.convolution(name, x, channels_of(entry), gate, {.window = square_window(3, 1, 1), .bias = !options.batch_norm});
    if (options.pool_before_norm && i + 1 < options.stages.size() && options.stages[i + 1] == "M") pool();
    if (options.batch_norm) x = b.batch_norm(fmt::format("stage{}.bn{}", stage, layer), x);
    x = b.relu(fmt::format("stage{}.relu{}", stage, layer), x);
  }
  return b.finish({classifier(b, b.flatten("flatten", x), options)});
}

/// Convolutions of each of the five stages.
std::vector<int> stage_layers(int depth) {
  switch (depth) {
    case 11:
      return {1, 1, 2, 2, 2};
    case 13:
      return {2, 2, 2, 2, 2};
    case 16:
      return {2, 2, 3, 3, 3};
    case 19:
      return {2, 2, 4, 4, 4};
  }
  throw UsageError(fmt::format("model.depth: vgg_w has depth 11, 13, 16 or 19, or 0 (the layers of model.stages), not {}", depth));
}

/// torchvision's net: "features" and "classifier" number every layer, those too that have no weights.
Graph numbered_vgg(const ModelOptions& options) {
  constexpr int64_t kChannels[] = {64, 128, 256, 512, 512};
  const std::vector<int> layers = stage_layers(options.depth);
  GraphBuilder b(fmt::format("vgg{}", options.depth));
  NodeId x = b.input(options.input);
  int number = 0;
  std::string group = "features.";
  const auto next = [&] { return group + std::to_string(number++); };
  for (size_t stage = 0; stage < layers.size(); ++stage) {
    const GateId gate = b.channel_gate(fmt::format("stage{}", stage + 1), options.cardinality);
    for (int layer = 0; layer < layers[stage]; ++layer) {
      x = b.convolution(next(), x, kChannels[stage], gate, {.window = square_window(3, 1, 1)});
      if (options.batch_norm) x = b.batch_norm(next(), x);
      x = b.relu(next(), x);
    }
    x = b.pool(next(), x, {.window = square_window(2, 2)});
  }
  x = b.flatten("flatten", x);
  number = 0, group = "classifier.";
  for (size_t i = 0; i < options.hidden.size(); ++i) {
    const GateId gate = b.channel_gate(fmt::format("fc{}", i + 1), options.cardinality);
    x = b.linear(next(), x, options.hidden[i], gate);
    x = b.relu(next(), x);
    const std::string dropout = next();
    if (options.dropout > 0) x = b.dropout(dropout, x, options.dropout);
  }
  return b.finish({b.linear(next(), x, options.classes)});
}

}  // namespace

std::string vgg_pretrained_name(const std::string& name, const ModelOptions&) {
  return name == "classifier.weight" || name == "classifier.bias" ? "classifier.0" + name.substr(name.rfind('.')) : name;
}

Graph vgg_w(const ModelOptions& options) {
  require_image_input("vgg_w", options);
  if (options.depth != 0) return numbered_vgg(options);
  if (options.stages.empty()) throw UsageError("model.stages is empty: vgg_w needs one convolution or more");
  return staged_vgg(options);
}

}  // namespace tnn
