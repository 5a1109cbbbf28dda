#include "catch_compat.h"
#include "difference.h"

using namespace tnn;

namespace {

Convolution same(int64_t kernel) { return {.window = {{kernel}, {}, {kernel / 2}, {}}}; }

/// Views (dropout, concat, flatten) that enter a branch their operands lie outside of, sums of three, batch norm of features, a residual
/// that is itself a concatenation, a convolution whose input may be closed.
Graph graph_of_views() {
  GraphBuilder b("views");
  const NodeId image = b.input({3, 6, 6});
  const GateId gate = b.branch_gate("branch", 3), width = b.channel_gate("width", 4, 0);
  const SpaceId trunk = b.space("trunk", 42, b.channel_gate("trunk_gate", 3));
  NodeId x = b.convolution("stem", image, trunk, same(3));
  b.begin_branch(gate, 0);
  const NodeId dropped = b.dropout("dropped", x, 0.5);
  b.end_branch();
  b.begin_branch(gate, 1);
  const NodeId convolved = b.convolution("convolved", x, trunk, same(1));
  b.end_branch();
  x = b.relu("relu", b.add("three", {x, dropped, convolved}));
  b.begin_branch(gate, 2);
  const NodeId pair = b.concat("pair", {x, image});
  const NodeId inside = b.convolution("inside", pair, 5, width, same(3));
  b.end_branch();
  NodeId y = b.concat("all", {x, inside, pair});
  y = b.batch_norm("bn", y);
  const NodeId narrow = b.convolution("narrow", inside, trunk, same(3));  // its input may have no channel
  x = b.add("sum", {x, narrow});
  y = b.concat("both", {b.flatten("flat_y", b.pool("pool", y, {PoolKind::average, {{2}, {}, {1}, {}}, true})), b.flatten("flat_x", x)});
  return b.finish({b.linear("classifier", b.activation("sigmoid", b.batch_norm("feature_bn", y), ActivationKind::sigmoid), 4)});
}

}  // namespace

TEST_CASE("views that enter branches and closed inputs compute what direct evaluation does") {
  for (const char* strategy : {"nested", "independent"})
    for (const BatchNormMode mode : {BatchNormMode::shared, BatchNormMode::recalibrated}) {
      GatingRule rule;
      rule.strategy = strategy;
      rule.min_active = 0;
      rule.rounding = Rounding::floor_plus_one;
      const RandomModel model(describe_model(graph_of_views(), rule, mode), 5);
      for (const std::string& engine : engine_names()) CHECK(difference_at_all_points(model, engine, 2) <= 1e-5);
    }
}
