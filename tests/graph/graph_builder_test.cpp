#include "graph/graph_builder.h"

#include "catch_compat.h"
#include "core/error.h"
#include "graph/parameters.h"

using namespace tnn;

namespace {
Window window(int64_t kernel, int64_t padding = 0, int64_t stride = 1) { return {{kernel}, {stride}, {padding}, {}}; }
}  // namespace

TEST_CASE("shapes follow LibTorch's rules for windows, strides, dilation and ceil mode") {
  GraphBuilder b("shapes");
  const NodeId x = b.input({3, 32, 33});
  CHECK(b.shape(b.convolution("same", x, 8, kNone, {.window = window(3, 1)})).extent == std::vector<int64_t>{32, 33});
  CHECK(b.shape(b.convolution("stride", x, 8, kNone, {.window = window(7, 3, 2)})).extent == std::vector<int64_t>{16, 17});
  CHECK(b.shape(b.convolution("dilated", x, 8, kNone, {.window = {{3}, {1}, {0}, {2}}})).extent == std::vector<int64_t>{28, 29});
  CHECK(b.shape(b.pool("floor", x, {PoolKind::max, window(3, 1, 2)})).extent == std::vector<int64_t>{16, 17});
  CHECK(b.shape(b.pool("ceil", x, {PoolKind::max, window(2, 0, 2), true})).extent == std::vector<int64_t>{16, 17});
  CHECK(b.shape(b.pool("ceil_dropped", x, {PoolKind::max, window(2, 1, 2), true})).extent == std::vector<int64_t>{17, 17});
  const NodeId flat = b.flatten("flatten", x);
  CHECK(b.channels(flat) == 3 * 32 * 33);
  CHECK(b.shape(b.global_pool("global", x)).extent == std::vector<int64_t>{1, 1});
}

TEST_CASE("every mistake in a declaration is an error that names the node") {
  GraphBuilder b("mistakes");
  const NodeId x = b.input({4, 8, 8});
  const GateId gate = b.channel_gate("gate", 4);
  const GateId branch = b.branch_gate("branch", 2);
  const NodeId gated = b.convolution("gated", x, 8, gate, {.window = window(3, 1)});
  const NodeId other = b.convolution("other", x, 8, gate, {.window = window(3, 1)});
  const auto fails = [](auto&& declare, const std::string& node, const std::string& why) {
    CHECK_THROWS_WITH(declare(), ContainsSubstring("'" + node + "'") && ContainsSubstring(why));
  };
  fails([&] { b.relu("n1", 99); }, "n1", "unknown input");
  fails([&] { b.add("n2", {gated, other}); }, "n2", "different channel spaces");
  fails([&] { b.convolution("n3", x, 6, kNone, {.window = window(3), .groups = 4}); }, "n3", "do not divide");
  fails([&] { b.convolution("n4", x, 3, gate, {.window = window(3)}); }, "n4", "exceeds its 3 channels");
  fails([&] { b.convolution("n5", gated, 8, kNone, {.window = window(3), .groups = 4}); }, "n5", "do not share it");
  fails([&] { b.convolution("n6", gated, b.space("six", 8, gate), {.window = window(3), .groups = 2}); }, "n6", "cannot open");
  fails([&] { b.linear("n7", x, 3); }, "n7", "flatten it first");
  fails([&] { b.relu("gated", x); }, "gated", "taken");
  fails([&] { b.convolution("n8", x, 4, kNone, {.window = window(11)}); }, "n8", "spans 11");
  fails([&] { b.convolution("n9", x, 4, kNone, {.window = window(3, 0, 0)}); }, "n9", "stride 0");
  fails([&] { b.convolution("n10", x, 4, kNone, {.window = {{3, 3, 3}, {}, {}, {}}}); }, "n10", "3 entries");
  fails([&] { b.channel_shuffle("n11", gated, 2); }, "n11", "always active");
  fails([&] { b.channel_shuffle("n12", x, 3); }, "n12", "do not divide");
  fails([&] { b.channel_pad("n19", gated, b.space("wider", 100), 0); }, "n19", "always active");
  fails([&] { b.channel_pad("n20", x, b.space("narrow", b.channels(x) + 1), 2); }, "n20", "do not fit");
  fails([&] { b.dropout("n13", x, 1.0); }, "n13", "[0, 1)");
  fails([&] { b.convolution("n14", x, 8, branch, {.window = window(3)}); }, "n14", "switches branches");
  fails([&] { b.pool("n15", x, {PoolKind::max, window(2, 2, 2)}); }, "n15", "exceeds half");
  fails([&] { b.concat("n16", {x, b.pool("half", x, {PoolKind::max, window(2)})}); }, "n16", "different extents");
  fails([&] { b.channel_gate("zero", 0); }, "zero", "outside");
  fails([&] { b.batch_norm("n17", x, {.epsilon = 0}); }, "n17", "epsilon");
  fails([&] { b.layer_norm("n21", x, {.epsilon = 1}); }, "n21", "epsilon");
  b.begin_branch(branch, 0);
  const NodeId first = b.relu("first", x);
  b.end_branch();
  b.begin_branch(branch, 1);
  const NodeId second = b.relu("second", x);
  b.end_branch();
  fails([&] { b.add("n18", {first, second}); }, "n18", "every operand may be absent");
  fails([&] { b.finish({first}); }, "first", "may be absent");
  CHECK_THROWS_AS(b.begin_branch(branch, 2), UsageError);
  const NodeId sum = b.add("sum", {x, first, second});
  fails([&] { b.finish({sum, sum}); }, "sum", "taken");
  fails([&] { b.finish({sum, first}, {"all", "part"}); }, "part", "node 'first' lies in a branch");
  CHECK_THROWS_WITH(b.finish({sum}, {"one", "two"}), ContainsSubstring("2 names for 1 outputs"));
  CHECK_NOTHROW(b.finish({sum}));
  CHECK(b.finish({sum, sum}, {"one", "two"}).outputs() == std::vector<Output>{{"one", sum}, {"two", sum}});
}

TEST_CASE("a declared graph takes the value of any node as one more output") {
  GraphBuilder b("net");
  const NodeId image = b.input({3, 4, 4});
  const NodeId flat = b.flatten("flatten", b.convolution("conv", image, 8, kNone, {.window = {{3}, {}, {1}, {}}}));
  const GateId depth = b.branch_gate("depth", 1);
  b.begin_branch(depth, 0);
  const NodeId inside = b.linear("inside", flat, 8);
  b.end_branch();
  const NodeId both = b.concat("both", {flat, inside});
  const Graph graph = b.finish({flat, b.linear("fc", flat, 2)}, {"flat", "conv"});
  const Graph tapped = GraphBuilder::with_output(graph, "conv");
  CHECK(tapped.outputs() == std::vector<Output>{{"flat", flat}, {"conv", *graph.find_node("fc")}, {"conv'", *graph.find_node("conv")}});
  CHECK(tapped.nodes() == graph.nodes());
  CHECK(find_output(tapped, *graph.find_node("conv")) == 2);
  CHECK_FALSE(find_output(graph, both));
  CHECK(GraphBuilder::with_output(graph, "flatten") == graph);
  CHECK_THROWS_WITH(GraphBuilder::with_output(graph, "flaten"), ContainsSubstring("did you mean 'flatten'"));
  CHECK_THROWS_WITH(GraphBuilder::with_output(graph, "both"), ContainsSubstring("lies in a branch"));
}

TEST_CASE("parameters carry PyTorch's names and shapes") {
  GraphBuilder b("parameters");
  NodeId x = b.input({4, 8, 8});
  x = b.convolution("conv", x, 8, kNone, {.window = window(3), .groups = 2});
  x = b.batch_norm("bn", x);
  x = b.depthwise_convolution("dw", x, window(3), false);
  const Graph graph = b.finish({b.linear("fc", b.flatten("flatten", x), 10)});
  std::vector<std::string> names;
  for (const Parameter& p : graph_parameters(graph)) names.push_back(p.name);
  CHECK(names == std::vector<std::string>{"conv.weight", "conv.bias", "bn.weight", "bn.bias", "bn.running_mean", "bn.running_var",
                                          "dw.weight", "fc.weight", "fc.bias"});
  CHECK(graph_parameters(graph)[0].shape == std::vector<int64_t>{8, 2, 3, 3});
  CHECK(graph_parameters(graph)[6].shape == std::vector<int64_t>{8, 1, 3, 3});
  CHECK(graph_parameters(graph)[7].shape == std::vector<int64_t>{10, 8 * 4 * 4});
}
