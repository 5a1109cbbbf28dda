#include "models/vgg_w.h"

#include <fmt/format.h>

#include <charconv>

#include "core/error.h"
#include "graph/graph_builder.h"
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

}  // namespace

Graph vgg_w(const ModelOptions& options) {
  if (options.input.size() != 3) throw UsageError("model.input: vgg_w takes {channels, height, width}");
  if (options.stages.empty()) throw UsageError("model.stages is empty: vgg_w needs one convolution or more");
  GraphBuilder b("vgg_w");
  NodeId x = b.input(options.input);
  int stage = 1, layer = 0;
  GateId gate = kNone;
  const auto pool = [&] {
    x = b.pool(fmt::format("stage{}.pool", stage), x, {.window = {.kernel = {2}, .stride = {}, .padding = {}, .dilation = {}}});
  };
  for (size_t i = 0; i < options.stages.size(); ++i) {
    const std::string& entry = options.stages[i];
    if (entry == "M") {
      if (!options.pool_before_norm || layer == 0) pool();
      ++stage, layer = 0, gate = kNone;
      continue;
    }
    if (gate == kNone) gate = b.channel_gate(fmt::format("stage{}", stage), options.cardinality);
    const std::string name = fmt::format("stage{}.conv{}", stage, ++layer);
    x = b.convolution(name, x, channels_of(entry), gate,
                      {.window = {.kernel = {3}, .stride = {}, .padding = {1}, .dilation = {}}, .bias = !options.batch_norm});
    if (options.pool_before_norm && i + 1 < options.stages.size() && options.stages[i + 1] == "M") pool();
    if (options.batch_norm) x = b.batch_norm(fmt::format("stage{}.bn{}", stage, layer), x);
    x = b.relu(fmt::format("stage{}.relu{}", stage, layer), x);
  }
  return b.finish({classifier(b, b.flatten("flatten", x), options)});
}

}  // namespace tnn
