#include "cost/cost.h"

#include "catch_compat.h"
#include "gating/gating_strategy.h"
#include "models/registry.h"
#include "random_graph.h"

using namespace tnn;

namespace {
Graph truncated_vgg() {
  ModelOptions options;
  options.stages = {"64", "64", "M", "128", "128", "M", "256", "256", "256", "M"};
  return build_model("vgg_w", options);
}
double mega(int64_t count) { return static_cast<double>(count) / 1e6; }
}  // namespace

TEST_CASE("truncated VGG-D costs what is derived by hand, at every width and by both ways of slicing") {
  const Graph graph = truncated_vgg();
  const auto nested = make_gating_strategy(graph, {});
  const auto macs = [&](double u, Slicing slicing) { return mega(network_cost(graph, nested->configuration_at(u), slicing).macs); };
  // 3x3 convolutions at 32x32, 16x16 and 8x8 positions, then 4096 x 4096 and 4096 x 10.
  const int64_t full =
      9 * (1024 * (3 * 64 + 64 * 64) + 256 * (64 * 128 + 128 * 128) + 64 * (128 * 256 + 2 * 256 * 256)) + 4096 * 4096 + 40960;
  CHECK(network_cost(graph, Configuration::full(graph)).macs == full);
  CHECK(mega(full) == Approx(207.3).margin(0.05));
  CHECK(mega(network_cost(graph, Configuration::full(graph)).parameters) == Approx(18.56).margin(0.005));
  CHECK(macs(0.75, Slicing::both) == Approx(117.0).margin(0.05));
  CHECK(macs(0.5, Slicing::both) == Approx(52.3).margin(0.05));
  CHECK(macs(0.25, Slicing::both) == Approx(13.3).margin(0.05));
  CHECK(macs(0.0625, Slicing::both) == Approx(0.9).margin(0.05));
  CHECK(macs(0.75, Slicing::output_only) == Approx(155.5).margin(0.05));
  CHECK(macs(0.5, Slicing::output_only) == Approx(103.7).margin(0.05));
  CHECK(macs(0.25, Slicing::output_only) == Approx(51.9).margin(0.05));
  CHECK(macs(0.0625, Slicing::output_only) == Approx(13.0).margin(0.05));
}

TEST_CASE("FLOPs follow table A.1: twice the multiply-accumulates, and pooling counts") {
  const Graph graph = truncated_vgg();
  const Cost cost = network_cost(graph, Configuration::full(graph));
  CHECK(cost.flops == 2 * cost.macs + 2 * (64 * 256 + 128 * 64 + 256 * 16));
}

TEST_CASE("peak activation memory of truncated VGG-D is input and output of its second convolution") {
  const Graph graph = truncated_vgg();
  CHECK(network_cost(graph, Configuration::full(graph)).activation_bytes == 2 * 64 * 1024 * 4);
  const auto half = make_gating_strategy(graph, {})->configuration_at(0.5);
  CHECK(network_cost(graph, half).activation_bytes == 2 * 32 * 1024 * 4);
}

TEST_CASE("cost never falls as utilization rises, is zero in closed branches, and output-only slicing never costs less") {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    const Graph graph = RandomGraph(seed).build();
    Cost before;
    for (const OperatingPoint& point : make_gating_strategy(graph, {})->operating_points()) {
      const Cost cost = network_cost(graph, point.configuration);
      REQUIRE(cost.parameters >= before.parameters);
      REQUIRE(cost.macs >= before.macs);
      REQUIRE(cost.flops >= before.flops);
      REQUIRE(cost.activation_bytes >= before.activation_bytes);
      REQUIRE(network_cost(graph, point.configuration, Slicing::output_only).macs >= cost.macs);
      before = cost;
    }
  }
}

TEST_CASE("grouped and depthwise convolutions count one group's inputs a channel") {
  GraphBuilder b("grouped");
  const GateId gate = b.channel_gate("gate", 4);
  NodeId x = b.convolution("first", b.input({3, 8, 8}), 16, gate, {.window = {{1}, {}, {}, {}}, .bias = false});
  x = b.convolution("grouped", x, b.space("second", 32, gate), {.window = {{3}, {}, {1}, {}}, .groups = 4, .bias = false});
  x = b.depthwise_convolution("depthwise", x, {{3}, {}, {1}, {}}, false);
  const Graph graph = b.finish({x});
  const auto quarter = make_gating_strategy(graph, {})->configuration_at(0.25);
  CHECK(node_cost(graph, graph.node(2), Configuration::full(graph)).macs == 32 * 4 * 9 * 64);
  CHECK(node_cost(graph, graph.node(2), quarter).macs == 8 * 4 * 9 * 64);
  CHECK(node_cost(graph, graph.node(3), quarter).macs == 8 * 9 * 64);
}

TEST_CASE("layer norm costs a gain and a bias a channel, and five FLOPs a number, of what is active") {
  GraphBuilder b("norm");
  const NodeId x = b.convolution("conv", b.input({3, 8, 8}), 16, b.channel_gate("gate", 4), {.window = {{1}, {}, {}, {}}});
  const Graph graph = b.finish({b.layer_norm("norm", x)});
  const auto quarter = make_gating_strategy(graph, {})->configuration_at(0.25);
  const NodeCost full = node_cost(graph, graph.node(2), Configuration::full(graph)), small = node_cost(graph, graph.node(2), quarter);
  CHECK(full.parameters == 32);
  CHECK(full.macs == 0);
  CHECK(full.flops == 5 * 16 * 64);
  CHECK(small.parameters == 8);
  CHECK(small.flops == 5 * 4 * 64);
}
