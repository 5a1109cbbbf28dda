#include "gating/depthwise_nested.h"

#include <cmath>

#include "catch_compat.h"
#include "graph/graph_builder.h"
#include "random_graph.h"

using namespace tnn;

namespace {

/// Stages of so many residual blocks, with a channel gate beside them.
Graph stages(const std::vector<int>& blocks) {
  GraphBuilder b("stages");
  const NodeId input = b.input({3});
  const SpaceId trunk = b.space("trunk", 4);
  NodeId x = b.linear("stem", input, trunk);
  const GateId width = b.channel_gate("width", 8);
  for (size_t stage = 0; stage < blocks.size(); ++stage) {
    const GateId gate = b.branch_gate("stage" + std::to_string(stage), blocks[stage]);
    for (int i = 0; i < blocks[stage]; ++i) {
      const std::string name = std::to_string(stage) + "." + std::to_string(i);
      b.begin_branch(gate, i);
      const NodeId y = b.linear("out" + name, b.linear("in" + name, x, 8, width), trunk);
      b.end_branch();
      x = b.add("add" + name, {x, y});
    }
  }
  return b.finish({b.linear("classifier", x, 2)});
}

std::vector<int> branch_counts(const Graph& graph, const Configuration& configuration) {
  std::vector<int> counts;
  for (size_t g = 0; g < graph.gates().size(); ++g)
    if (graph.gates()[g].kind == GateKind::branch) counts.push_back(configuration.gates[g].count());
  return counts;
}

int sum(const std::vector<int>& counts) {
  int total = 0;
  for (const int count : counts) total += count;
  return total;
}

}  // namespace

TEST_CASE("the depthwise nested order of ResNet-50 worked out by hand") {
  // B = 3, 4, 6, 3: S = 16. At u = .5 the target is floor(.5 * 17) = 8 and the shares are 1.5, 2, 3, 1.5: one block each (4), then one more
  // in each stage from the last on while it has less than its share (8). At u = .3: floor(5.1) = 5, shares .9, 1.2, 1.8, .9.
  const Graph graph = stages({3, 4, 6, 3});
  const auto gating = make_gating_strategy(graph, {"depthwise_nested"});
  const auto at = [&](double u) { return branch_counts(graph, gating->configuration_at(u)); };
  CHECK(at(0.5) == std::vector<int>{2, 2, 2, 2});
  CHECK(at(0.3) == std::vector<int>{1, 1, 2, 1});
  CHECK(at(0.05) == std::vector<int>{0, 0, 0, 0});
  CHECK(at(0.06) == std::vector<int>{0, 0, 0, 1});
  CHECK(at(0.12) == std::vector<int>{0, 0, 1, 1});
  CHECK(at(0.9) == std::vector<int>{3, 4, 5, 3});
  CHECK(at(1.0) == std::vector<int>{3, 4, 6, 3});
}

TEST_CASE("a stage that has its share exactly gets no further block and just above that utilization it does") {
  const Graph graph = stages({2, 3, 5, 2});
  const auto gating = make_gating_strategy(graph, {"depthwise_nested"});
  const auto at = [&](double u) { return branch_counts(graph, gating->configuration_at(u)); };
  CHECK(at(0.5) == std::vector<int>{1, 2, 2, 1});
  CHECK(at(0.5001) == std::vector<int>{1, 1, 2, 2});
}

TEST_CASE("depthwise nested gating reaches its target within the shares and opens the first blocks of a stage and reads its table back") {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    RandomStream random(seed);
    std::vector<int> blocks;
    for (uint64_t i = 1 + random.below(5); i > 0; --i) blocks.push_back(1 + static_cast<int>(random.below(9)));
    const Graph graph = stages(blocks);
    const int all = sum(blocks);
    for (const Rounding rounding : {Rounding::floor_plus_one, Rounding::ceil}) {
      INFO("seed " << seed << " rounding " << rounding_name(rounding));
      const auto gating = make_gating_strategy(graph, {"depthwise_nested", rounding, 1});
      const auto nested = make_gating_strategy(graph, {"nested", rounding, 1});
      for (int i = 0; i < 50; ++i) {
        const double u = random.uniform_above(0.001, 1);
        const Configuration configuration = gating->configuration_at(u);
        const std::vector<int> counts = branch_counts(graph, configuration);
        CHECK(sum(counts) == active_group_count(u, all, rounding, 0));
        for (size_t stage = 0; stage < blocks.size(); ++stage) CHECK(counts[stage] <= static_cast<int>(std::ceil(blocks[stage] * u)));
        for (const ActiveGroups& active : configuration.gates) CHECK(active.is_prefix());
        CHECK(configuration.gates[0] == nested->configuration_at(u).gates[0]);
      }
      const auto points = gating->operating_points();
      CHECK(points.back().configuration == Configuration::full(graph));
      for (size_t i = 0; i < points.size(); ++i) {
        CHECK(gating->configuration_at(points[i].u) == points[i].configuration);
        CHECK(gating->configuration_at((points[i].u_begin + points[i].u_end) / 2) == points[i].configuration);
        CHECK(point_at(points, points[i].u, rounding) == static_cast<int>(i));
      }
      for (int k = 1; k <= 720; ++k) {  // the steps of every cardinality up to 10 and many others, exactly
        const double u = static_cast<double>(k) / 720;
        INFO("u = " << u);
        REQUIRE(points[static_cast<size_t>(point_at(points, u, rounding))].configuration == gating->configuration_at(u));
      }
    }
  }
}

TEST_CASE("depthwise nested gating of a network without branches is nested gating") {
  for (uint64_t seed = 0; seed < 30; ++seed) {
    const Graph graph = RandomGraph(seed).build();
    bool has_branches = false;
    for (const Gate& gate : graph.gates()) has_branches = has_branches || gate.kind == GateKind::branch;
    if (has_branches) continue;
    const auto depthwise = make_gating_strategy(graph, {"depthwise_nested"}), nested = make_gating_strategy(graph, {});
    for (const double u : {0.1, 0.5, 0.77, 1.0}) CHECK(depthwise->configuration_at(u) == nested->configuration_at(u));
  }
}
