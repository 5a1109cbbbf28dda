#include "gating/gating_strategy.h"

#include <cmath>
#include <limits>
#include <set>

#include "catch_compat.h"
#include "core/error.h"
#include "graph/graph_builder.h"
#include "random_graph.h"

using namespace tnn;

namespace {
Graph one_gate(int groups, int64_t channels) {
  GraphBuilder b("one");
  const GateId gate = b.channel_gate("gate", groups);
  const NodeId x = b.linear("fc", b.input({3}), channels, gate);
  return b.finish({b.linear("out", x, 2)});
}
}  // namespace

TEST_CASE("floor_plus_one and ceil give the paper's group counts") {
  for (int groups : {1, 2, 3, 7, 16, 31, 49, 64})
    for (int k = 1; k <= groups; ++k) {
      const double u = static_cast<double>(k) / groups;
      INFO("D = " << groups << ", u = " << u);
      CHECK(active_group_count(u, groups, Rounding::floor_plus_one, 0) ==
            std::min(groups, static_cast<int>(std::floor(u * (groups + 1) + 1e-9))));
      CHECK(active_group_count(u, groups, Rounding::ceil, 0) == k);
      if (k < groups) CHECK(active_group_count(u + 2 * kUtilizationTolerance, groups, Rounding::ceil, 0) == k + 1);
      CHECK(active_group_count(static_cast<double>(k) / (groups + 1), groups, Rounding::floor_plus_one, 0) == k);
    }
  CHECK(active_group_count(1e-12, 16, Rounding::floor_plus_one, 0) == 0);
  CHECK(active_group_count(1e-12, 16, Rounding::floor_plus_one, 1) == 1);
  CHECK(active_group_count(1e-3, 16, Rounding::ceil, 0) == 1);
}

TEST_CASE("a utilization outside (0, 1] or NaN is an error with the value") {
  for (const double u : {0.0, -0.5, 1.0000001, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    CHECK_THROWS_AS(check_utilization(u), UsageError);
    CHECK_THROWS_AS(make_gating_strategy(one_gate(4, 4), {})->configuration_at(u), UsageError);
  }
  CHECK_THROWS_WITH(check_utilization(1.5), ContainsSubstring("1.5"));
}

TEST_CASE("nested gating opens the lowest groups first, and each operating point contains the smaller ones") {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    const Graph graph = RandomGraph(seed).build();
    for (const Rounding rounding : {Rounding::floor_plus_one, Rounding::ceil}) {
      const auto strategy = make_gating_strategy(graph, {"nested", rounding, 1});
      const auto points = strategy->operating_points();
      REQUIRE(!points.empty());
      CHECK(points.back().configuration == Configuration::full(graph));
      CHECK(points.back().u == 1.0);
      for (size_t i = 0; i < points.size(); ++i) {
        CHECK(strategy->configuration_at(points[i].u) == points[i].configuration);
        CHECK(strategy->configuration_at((points[i].u_begin + points[i].u_end) / 2) == points[i].configuration);
        for (size_t g = 0; g < graph.gates().size(); ++g) {
          CHECK(points[i].configuration.gates[g].is_prefix());
          if (i > 0) CHECK(points[i].configuration.gates[g].count() >= points[i - 1].configuration.gates[g].count());
        }
        if (i > 0) CHECK_FALSE(points[i].configuration == points[i - 1].configuration);
      }
    }
  }
}

TEST_CASE("D = 16 has 16 operating points at d/16 when one group stays active, 17 when none must") {
  const Graph graph = one_gate(16, 64);
  const auto points = make_gating_strategy(graph, {})->operating_points();
  REQUIRE(points.size() == 16);
  for (size_t i = 0; i < 16; ++i) CHECK(points[i].u == Approx(static_cast<double>(i + 1) / 16));
  GraphBuilder b("empty");
  const GateId gate = b.channel_gate("gate", 16, 0);
  const Graph may_close = b.finish({b.linear("out", b.linear("fc", b.input({3}), 32, gate), 2)});
  CHECK(make_gating_strategy(may_close, {"nested", Rounding::floor_plus_one, 0})->operating_points().size() == 17);
}

TEST_CASE("independent gating draws as many groups as nested, without replacement, repeatably, and reaches every group") {
  const Graph graph = one_gate(8, 20);
  const auto independent = make_gating_strategy(graph, {"independent", Rounding::floor_plus_one, 1});
  const auto nested = make_gating_strategy(graph, {});
  RandomStream random(1);
  std::set<std::string> patterns;
  for (int i = 0; i < 400; ++i) {
    const double u = random.uniform_above(0, 1);
    const ActiveGroups active = independent->configuration(u, random).gates[0];
    CHECK(active.count() == nested->configuration_at(u).gates[0].count());
    if (active.count() == 1) patterns.insert(active.pattern());
  }
  CHECK(patterns.size() == 8);
  CHECK(independent->configuration_at(0.5, 3) == independent->configuration_at(0.5, 3));
  CHECK_FALSE(independent->configuration_at(0.5, 3) == independent->configuration_at(0.5, 4));
}

TEST_CASE("groups of C channels not divisible by D differ by at most one and cover all channels once") {
  for (int64_t channels : {5, 7, 16, 33})
    for (int groups = 1; groups <= channels; ++groups) {
      const Graph graph = one_gate(groups, channels);
      const ChannelSpace& space = graph.space(SpaceId{1});
      for (int k = 0; k < groups; ++k) {
        const int64_t size = space.group_begin(k + 1) - space.group_begin(k);
        CHECK((size == channels / groups || size == channels / groups + 1));
      }
      CHECK(space.group_begin(groups) == channels);
    }
}

TEST_CASE("active channels follow groups through concatenation, flatten and closed branches") {
  GraphBuilder b("ranges");
  const NodeId x = b.input({2, 2, 2});
  const GateId gate = b.channel_gate("gate", 2), depth = b.branch_gate("depth", 1);
  const NodeId a = b.convolution("a", x, 4, gate, {.window = {{1}, {}, {}, {}}});
  b.begin_branch(depth, 0);
  const NodeId c = b.convolution("c", a, 3, kNone, {.window = {{1}, {}, {}, {}}});
  b.end_branch();
  const NodeId joined = b.concat("joined", {a, c, x}), flat = b.flatten("flat", joined);
  const Graph graph = b.finish({b.linear("out", flat, 2)});
  Configuration configuration = Configuration::full(graph);
  CHECK(active_channels(graph, graph.node(joined).shape, configuration) == ChannelRanges{{0, 9}});
  configuration.gates = {ActiveGroups::of(2, {1}), ActiveGroups::first(1, 0)};
  CHECK(active_channels(graph, graph.node(joined).shape, configuration) == ChannelRanges{{2, 4}, {7, 9}});
  CHECK(active_channels(graph, graph.node(flat).shape, configuration) == ChannelRanges{{8, 16}, {28, 36}});
}

TEST_CASE("a gating rule that cannot be is an error that says what is allowed") {
  CHECK_THROWS_WITH(make_gating_strategy(one_gate(4, 4), {"nestde", Rounding::ceil, 1}), ContainsSubstring("did you mean 'nested'"));
  CHECK_THROWS_WITH(make_gating_strategy(one_gate(4, 4), {"nested", Rounding::ceil, 5}), ContainsSubstring("'gate'"));
  CHECK_THROWS_AS(rounding_from_name("round"), UsageError);
}
