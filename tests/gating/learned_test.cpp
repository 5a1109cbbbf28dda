#include "gating/learned.h"

#include "catch_compat.h"
#include "core/error.h"
#include "graph/graph_builder.h"

using namespace tnn;

namespace {
Graph two_gates() {
  GraphBuilder b("two");
  const GateId first = b.channel_gate("first", 4), second = b.channel_gate("second", 3);
  const NodeId x = b.linear("a", b.input({3}), 8, first);
  return b.finish({b.linear("out", b.linear("b", x, 6, second), 2)});
}

Configuration some(std::vector<int> first, std::vector<int> second) {
  return {{ActiveGroups::of(4, std::move(first)), ActiveGroups::of(3, std::move(second))}};
}
}  // namespace

TEST_CASE("probabilities harden to the most probable groups by threshold or expected count and never below min_active") {
  const Graph graph = two_gates();
  const GateProbabilities p{{0.4, 0.9, 0.45, 0.6}, {0.1, 0.2, 0.15}};
  CHECK(harden(graph, p, Hardening::threshold, 1) == some({1, 3}, {1}));
  CHECK(harden(graph, p, Hardening::expected_count, 1) == some({1, 3}, {1}));
  CHECK(harden(graph, {{0.4, 0.9, 0.6, 0.7}, {1, 0, 1}}, Hardening::expected_count, 1) == some({1, 2, 3}, {0, 2}));
  CHECK(harden(graph, {{0.4, 0.4, 0.4, 0.4}, {1, 1, 1}}, Hardening::expected_count, 1) == some({0, 1}, {0, 1, 2}));
  CHECK(harden(graph, p, Hardening::threshold, 3) == some({1, 2, 3}, {0, 1, 2}));
}

TEST_CASE("a learned table merges neighbours and covers all utilizations without gaps and gives each its configuration") {
  const Graph graph = two_gates();
  const Configuration a = some({0}, {2}), b = some({1, 3}, {0, 2}), c = some({0, 1, 3}, {0, 1, 2});
  const auto points = learned_operating_points({0.2, 0.4, 0.6, 0.8, 1.0}, {a, a, b, a, c});
  REQUIRE(points.size() == 4);
  CHECK(points[0].u_begin == 0.0);
  for (size_t i = 1; i < points.size(); ++i) CHECK(points[i].u_begin == points[i - 1].u_end);
  CHECK(points.back().u == 1.0);
  const auto gating = make_gating_strategy(graph, {"concrete", Rounding::ceil, 1}, points);
  CHECK(gating->configuration_at(0.01) == a);
  CHECK(gating->configuration_at(0.4) == a);
  CHECK(gating->configuration_at(0.4001) == b);
  CHECK(gating->configuration_at(0.8) == a);
  CHECK(gating->configuration_at(1.0) == c);
  CHECK(gating->operating_points().size() == 4);
  CHECK_FALSE(gating->is_random());
}

TEST_CASE("a learned gating without a table is an error that says where one comes from") {
  for (const char* name : {"concrete", "reinforce"})
    CHECK_THROWS_WITH(make_gating_strategy(two_gates(), {name}), ContainsSubstring(name) && ContainsSubstring("gates.method"));
}
