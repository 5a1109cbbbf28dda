#include "gating/compensation.h"

#include "catch_compat.h"
#include "core/error.h"
#include "graph/graph_builder.h"

using namespace tnn;

TEST_CASE("compensation factors are 1 and 1 / d and D / d") {
  for (int groups : {1, 4, 16})
    for (int d = 1; d <= groups; ++d) {
      const ActiveGroups active = ActiveGroups::first(groups, d);
      CHECK(compensation_factor(Compensation::none, active) == 1.0);
      CHECK(compensation_factor(Compensation::mean, active) == Approx(1.0 / d));
      CHECK(compensation_factor(Compensation::inverted, active) == Approx(static_cast<double>(groups) / d));
    }
  CHECK(compensation_factor(Compensation::inverted, ActiveGroups::first(4, 0)) == 1.0);
  CHECK_THROWS_AS(compensation_from_name("sum"), UsageError);
}

TEST_CASE("a block is compensated once and behind its batch norm where one reads it alone") {
  GraphBuilder b("blocks");
  const GateId gate = b.channel_gate("gate", 2);
  const NodeId x = b.input({3, 4, 4});
  const NodeId plain = b.convolution("plain", x, 4, gate, {.window = {{3}, {}, {1}, {}}});
  const NodeId normed = b.convolution("normed", plain, 4, gate, {.window = {{3}, {}, {1}, {}}});
  const NodeId norm = b.batch_norm("norm", normed);
  const NodeId depthwise = b.depthwise_convolution("depthwise", norm, {{3}, {}, {1}, {}});
  const NodeId open = b.convolution("open", depthwise, 4, kNone, {.window = {{1}, {}, {}, {}}});
  const NodeId fc = b.linear("fc", b.flatten("flatten", open), 6, gate);
  const Graph graph = b.finish({b.linear("out", fc, 2)});
  const auto gates = compensated_nodes(graph);
  const auto at = [&](NodeId node) { return gates[static_cast<size_t>(node)]; };
  CHECK(at(plain) == gate);
  CHECK(at(normed) == kNone);
  CHECK(at(norm) == gate);
  CHECK(at(depthwise) == kNone);
  CHECK(at(open) == kNone);
  CHECK(at(fc) == gate);
}
