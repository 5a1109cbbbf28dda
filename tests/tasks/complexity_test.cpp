#include "tasks/complexity.h"

#include <ATen/ATen.h>

#include "catch_compat.h"
#include "core/error.h"
#include "cost/cost.h"
#include "gating/gating_strategy.h"
#include "graph/graph_builder.h"
#include "network/gate_network.h"
#include "random_graph.h"
#include "tasks/complexity_penalty.h"

using namespace tnn;

TEST_CASE("complexity by MACs of hard gates is the cost model's share on random graphs") {
  for (uint64_t seed = 0; seed < 150; ++seed) {
    const Graph graph = RandomGraph(seed).build();
    const Complexity complexity(graph, ComplexityMeasure::macs);
    const auto gating = make_gating_strategy(graph, {"independent"});
    const auto full = static_cast<double>(network_cost(graph, Configuration::full(graph)).macs);
    for (const double u : {0.05, 0.3, 0.7, 1.0}) {
      const Configuration configuration = gating->configuration_at(u, seed);
      INFO("seed " << seed << " u " << u);
      CHECK(complexity.of(configuration) == Approx(static_cast<double>(network_cost(graph, configuration).macs) / full).epsilon(1e-4));
    }
  }
}

TEST_CASE("complexity by groups is the mean over layers of open shares with 1 for a layer without a gate") {
  GraphBuilder b("layers");
  const GateId width = b.channel_gate("width", 4), depth = b.branch_gate("depth", 1);
  const NodeId input = b.input({3});
  const SpaceId trunk = b.space("trunk", 4);
  const NodeId x = b.linear("plain", input, trunk);
  b.begin_branch(depth, 0);
  const NodeId y = b.linear("narrow", b.linear("wide", x, 8, width), trunk);
  b.end_branch();
  const Graph graph = b.finish({b.linear("out", b.add("add", {x, y}), 2)});
  const Complexity complexity(graph, ComplexityMeasure::groups);
  const auto at = [&](int active, int open) {
    return complexity.of(Configuration{{ActiveGroups::first(4, active), ActiveGroups::first(1, open)}});
  };
  CHECK(at(4, 1) == Approx(1.0));
  CHECK(at(1, 1) == Approx((1 + 0.25 + 1 + 1) / 4));
  CHECK(at(3, 0) == Approx((1 + 0 + 0 + 1) / 4.0));
}

TEST_CASE("complexity is differentiable and each sample has its own") {
  const Graph graph = RandomGraph(7).build();
  REQUIRE(!graph.gates().empty());
  for (const ComplexityMeasure measure : {ComplexityMeasure::groups, ComplexityMeasure::macs}) {
    std::vector<at::Tensor> gates;
    for (const Gate& gate : graph.gates()) gates.push_back(at::rand({3, gate.groups}).requires_grad_());
    const at::Tensor c = Complexity(graph, measure).of(gates);
    REQUIRE(c.sizes() == at::IntArrayRef({3}));
    c[1].backward();
    double own = 0, others = 0;
    for (const at::Tensor& gate : gates) {
      if (!gate.grad().defined()) continue;
      own += gate.grad()[1].abs().sum().item<double>();
      others += gate.grad()[0].abs().sum().item<double>() + gate.grad()[2].abs().sum().item<double>();
    }
    CHECK(own > 0);
    CHECK(others == 0);
  }
}

TEST_CASE("penalties are those of equations 5 and 6") {
  const at::Tensor c = at::tensor({0.2f, 0.7f}), u = at::tensor({0.5f, 0.5f});
  const auto penalty = [&](PenaltyKind kind, int power) { return complexity_penalty(c, u, {kind, power}); };
  CHECK(at::allclose(penalty(PenaltyKind::hinge, 1), at::tensor({0.0f, 0.2f})));
  CHECK(at::allclose(penalty(PenaltyKind::hinge, 2), at::tensor({0.0f, 0.04f})));
  CHECK(at::allclose(penalty(PenaltyKind::distance, 1), at::tensor({0.3f, 0.2f})));
  CHECK(at::allclose(penalty(PenaltyKind::distance, 2), at::tensor({0.09f, 0.04f})));
  CHECK_THROWS_AS(penalty_from_name("hnige"), UsageError);
  CHECK_THROWS_AS(complexity_measure_from_name("flops"), UsageError);
}
