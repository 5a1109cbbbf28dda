#include "catch_compat.h"
#include "core/error.h"
#include "cost/cost.h"
#include "gating/gating_strategy.h"
#include "models/registry.h"

using namespace tnn;

namespace {

const std::vector<int64_t> kJester{3, 16, 100, 160};

ModelOptions clip_options(int cardinality, int64_t classes = 27) {
  ModelOptions options;
  options.input = kJester;
  options.classes = classes;
  options.cardinality = cardinality;
  return options;
}

std::vector<int64_t> extent_of(const Graph& graph, const std::string& node) { return graph.node(*graph.find_node(node)).shape.extent; }

/// Whether the node's output lies in a space with a gate.
bool is_throttleable(const Graph& graph, const Node& node) { return graph.space(node.shape.parts.front().space).gate != kNone; }

/// FLOPs of DTNN A.1 of convolutions and linear layers that have a gate, or that have none.
int64_t weighted_flops(const Graph& graph, bool throttleable) {
  int64_t flops = 0;
  for (const Node& node : graph.nodes())
    if (std::holds_alternative<Convolution>(node.operation) || std::holds_alternative<Linear>(node.operation))
      if (is_throttleable(graph, node) == throttleable) flops += node_cost(graph, node, Configuration::full(graph)).flops;
  return flops;
}

}  // namespace

TEST_CASE("C3D-W has the layers, cardinalities and extents of DTNN Table 4") {
  const Graph graph = build_model("c3d_w", clip_options(32));
  using Extent = std::vector<int64_t>;
  CHECK(extent_of(graph, "conv1") == Extent{16, 100, 160});
  CHECK(extent_of(graph, "pool1") == Extent{16, 50, 80});
  CHECK(extent_of(graph, "pool2") == Extent{8, 25, 40});
  CHECK(extent_of(graph, "pool3") == Extent{4, 12, 20});
  CHECK(extent_of(graph, "pool4") == Extent{2, 6, 10});
  CHECK(extent_of(graph, "pool5") == Extent{1, 3, 5});
  std::vector<int> groups;
  for (const Gate& gate : graph.gates()) groups.push_back(gate.groups);
  CHECK(groups == std::vector<int>{16, 32, 32, 32, 32, 32, 32, 16, 16});
  CHECK_FALSE(is_throttleable(graph, graph.node(*graph.find_node("conv1"))));
  CHECK_FALSE(is_throttleable(graph, graph.node(*graph.find_node("classifier"))));
}

TEST_CASE("C3D-W has the paper's parameters and FLOPs without a gate, and .2% fewer FLOPs with one") {
  const Graph graph = build_model("c3d_w", clip_options(32));
  const Cost cost = network_cost(graph, Configuration::full(graph));
  CHECK(cost.parameters == 31865115);  // 31.865 M
  const int64_t classifier = 2 * 512 * 27;
  CHECK(weighted_flops(graph, false) - classifier == 2654208000);  // 2.654 G: conv1
  const int64_t convolutions =
      2 * 27 *
      (int64_t{64} * 128 * 64000 + (int64_t{128} + 256) * 256 * 8000 + (int64_t{256} + 512) * 512 * 960 + int64_t{2} * 512 * 512 * 120);
  CHECK(weighted_flops(graph, true) == convolutions + 2 * (7680 * 512 + 512 * 512));
  CHECK(weighted_flops(graph, true) == 94568972288);  // the paper: 94.752 G
  const int64_t pools = 2 * (64 * 64000 + 128 * 8000 + 256 * 960 + 512 * 120 + 512 * 15);
  CHECK(cost.flops == 2654208000 + classifier + 94568972288 + pools);
}

TEST_CASE("C3D-W takes any clip that its pools leave a position of, and says which") {
  ModelOptions options = clip_options(16);
  options.input = {3, 16, 32, 48};
  options.dropout = 0.5;
  options.batch_norm = true;
  const Graph graph = build_model("c3d_w", options);
  CHECK(extent_of(graph, "pool5") == std::vector<int64_t>{1, 1, 1});
  CHECK(graph.find_node("bn1"));
  CHECK(graph.find_node("fc2.dropout"));
  for (const std::vector<int64_t>& input : {std::vector<int64_t>{3, 15, 32, 48}, {3, 16, 31, 48}, {3, 16, 32, 31}}) {
    options.input = input;
    CHECK_THROWS_WITH(build_model("c3d_w", options), ContainsSubstring("at least 16 frames of 32 x 32"));
  }
  options.input = {3, 32, 32};
  CHECK_THROWS_WITH(build_model("c3d_w", options), ContainsSubstring("frames, height, width"));
}

TEST_CASE("the 3d ShuffleNet has the extents and parameters of DTNN Table 5, and its multiply-accumulates with batch norm counted") {
  const Graph graph = build_model("shufflenet_3d", clip_options(16, 10));
  using Extent = std::vector<int64_t>;
  CHECK(extent_of(graph, "conv1") == Extent{16, 50, 80});
  CHECK(extent_of(graph, "maxpool") == Extent{8, 25, 40});
  CHECK(graph.dimensions(graph.node(*graph.find_node("stage2.3.relu")).shape) == Extent{240, 4, 13, 20});
  CHECK(graph.dimensions(graph.node(*graph.find_node("stage3.7.relu")).shape) == Extent{480, 2, 7, 10});
  CHECK(graph.dimensions(graph.node(*graph.find_node("stage4.3.relu")).shape) == Extent{960, 1, 4, 5});
  CHECK(graph.gates().empty());
  const Cost cost = network_cost(graph, Configuration::full(graph));
  CHECK(cost.parameters == 954514);  // .955 M
  CHECK(cost.macs == 245596800);     // the paper: .255 G
  int64_t normalized = 0;
  for (const Node& node : graph.nodes())
    if (std::holds_alternative<BatchNorm>(node.operation)) normalized += graph.channels(node.shape) * node.shape.positions();
  const double with_batch_norm = static_cast<double>(cost.macs + 2 * normalized) / 1e9;
  CHECK(with_batch_norm == Approx(0.2545).epsilon(1e-4));
}

TEST_CASE("networks without gates, and gates of one group, have one operating point") {
  for (const char* name : {"c3d_w", "shufflenet_3d", "shufflenet", "tiny_cnn"})
    for (const char* strategy : {"nested", "independent"}) {
      INFO(name << ", " << strategy);
      ModelOptions options = clip_options(1, 10);
      options.input = {3, 16, 32, 48};
      if (name == std::string("shufflenet")) options.input = {3, 32, 48};
      const Graph graph = build_model(name, options);
      CHECK(make_gating_strategy(graph, {strategy})->operating_points().size() == 1);
    }
}

TEST_CASE("width_multiplier scales the channels of the architectures that have it, and others refuse it") {
  ModelOptions options = clip_options(4);
  options.width_multiplier = 0.25;
  const Graph c3d = build_model("c3d_w", options);
  CHECK(c3d.channels(c3d.node(*c3d.find_node("conv8")).shape) == 128);
  CHECK(c3d.channels(c3d.node(*c3d.find_node("fc2")).shape) == 128);
  const Graph shufflenet = build_model("shufflenet_3d", options);
  CHECK(shufflenet.channels(shufflenet.node(*shufflenet.find_node("conv1")).shape) == 6);
  CHECK(shufflenet.channels(shufflenet.node(*shufflenet.find_node("stage4.0.join")).shape) == 240);
  for (const double multiplier : {0.05, 0.1, 0.3, 0.7, 1.5, 2.0}) {
    options.width_multiplier = multiplier;
    CHECK_NOTHROW(build_model("shufflenet_3d", options));
    CHECK_NOTHROW(build_model("tiny_cnn", options));
  }
  options.width_multiplier = 0.04;
  CHECK_THROWS_WITH(build_model("shufflenet_3d", options), ContainsSubstring("at least 0.05"));
  options.input = {3, 32, 32};
  CHECK_THROWS_WITH(build_model("mobilenet", options),
                    ContainsSubstring("model.width_multiplier") && ContainsSubstring("c3d_w, shufflenet, shufflenet_3d, tiny_cnn"));
}
