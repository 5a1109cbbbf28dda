#include "conversion/permutation.h"

#include "catch_compat.h"
#include "export/static_cut.h"
#include "models.h"

using namespace tnn;

namespace {

constexpr double kAllowed = 1e-6;

/// How far a model's outputs move when its units are put into a random order.
double moved(const StoredModel& model, uint64_t seed) {
  const auto sets = coupled_channels(model.description.graph);
  const StoredModel permuted = permute_units(model, sets, random_orders(sets, seed));
  return difference(evaluate(permuted, last_point(model), seed), evaluate(model, last_point(model), seed));
}

StoredModel without_gates(Graph graph, uint64_t seed = 1) {
  return stored(RandomModel(describe_model(std::move(graph), {}, BatchNormMode::recalibrated), seed));
}

/// Names of the spaces whose order is free, those of one set joined by '+'.
std::vector<std::string> free_spaces(const Graph& graph) {
  std::vector<std::string> names;
  for (const CoupledChannels& set : coupled_channels(graph)) {
    std::string joined;
    for (const SpaceId space : set.spaces) joined += (joined.empty() ? "" : "+") + graph.space(space).name;
    names.push_back(joined + ":" + std::to_string(set.units));
  }
  return names;
}

using Names = std::vector<std::string>;
const Window kOne{{1}, {}, {}, {}}, kThree{{3}, {}, {1}, {}};

}  // namespace

TEST_CASE("a permutation of units keeps what 300 random networks compute") {
  size_t permuted = 0;
  for (uint64_t seed = 0; seed < 300; ++seed) {
    const StoredModel model = stored(random_model(seed));
    // With every group open: a table of random configurations may have none of them.
    StoredModel full = model;
    full.description.points.back().configuration = Configuration::full(full.description.graph);
    INFO("seed " << seed);
    CHECK(moved(full, seed) <= kAllowed);
    permuted += coupled_channels(full.description.graph).size();
  }
  CHECK(permuted > 600);
}

TEST_CASE("a permutation of units keeps what the full networks of random models compute") {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    RandomModel model = random_model(seed);
    model.description.points.back().configuration = Configuration::full(model.description.graph);
    const StoredModel cut = cut_model(stored(model), static_cast<int>(model.description.points.size()) - 1);
    INFO("seed " << seed);
    CHECK(moved(cut, seed) <= kAllowed);
  }
}

TEST_CASE("channels of inputs, outputs, shuffles and pads keep their places") {
  GraphBuilder b("places");
  NodeId x = b.convolution("conv1", b.input({3, 5, 5}), 8, kNone, {.window = kThree});
  x = b.convolution("conv2", x, 6, kNone, {.window = kOne});
  x = b.channel_shuffle("shuffle", x, 3);
  const NodeId padded = b.channel_pad("pad", x, b.space("padded", 9), 1);
  const NodeId second = b.convolution("conv3", padded, 4, kNone, {.window = kOne});
  const NodeId free = b.convolution("conv4", second, 5, kNone, {.window = kOne});
  const NodeId logits = b.linear("fc", b.flatten("flatten", free), 3);
  const Graph graph = b.finish({logits, second});
  CHECK(free_spaces(graph) == Names{"conv1:8", "conv4:5"});
  CHECK(moved(without_gates(graph), 1) <= kAllowed);
}

TEST_CASE("a convolution of one output is not taken for a depthwise one") {
  GraphBuilder b("one_output");
  NodeId x = b.convolution("conv1", b.input({3, 5, 5}), 6, kNone, {.window = kThree});
  x = b.convolution("single", x, 1, kNone, {.window = kThree});
  x = b.convolution("conv3", x, 4, kNone, {.window = kOne});
  const Graph graph = b.finish({b.linear("fc", b.flatten("flatten", x), 3)});
  CHECK(free_spaces(graph) == Names{"conv1:6", "single:1", "conv3:4"});
  CHECK(moved(without_gates(graph), 2) <= kAllowed);
}

TEST_CASE("a depthwise convolution of a tensor side by side with itself follows its units") {
  GraphBuilder b("itself");
  const NodeId x = b.convolution("conv1", b.input({3, 5, 5}), 6, kNone, {.window = kThree});
  const NodeId y = b.convolution("conv2", x, 4, kNone, {.window = kOne});
  NodeId both = b.concat("both", {x, y, x});
  both = b.relu("relu", b.batch_norm("bn", b.depthwise_convolution("depthwise", both, kThree)));
  const Graph graph = b.finish({b.linear("fc", b.flatten("flatten", both), 3)});
  CHECK(free_spaces(graph) == Names{"conv1:6", "conv2:4"});
  CHECK(moved(without_gates(graph), 3) <= kAllowed);
}

TEST_CASE("a flatten before a linear layer repeats each channel by its positions") {
  GraphBuilder b("flattened");
  const NodeId x = b.convolution("conv1", b.input({2, 4, 3}), 5, kNone, {.window = kThree});
  const NodeId y = b.flatten("flatten1", b.concat("concat", {x, b.convolution("conv2", x, 3, kNone, {.window = kOne})}));
  const NodeId z = b.flatten("flatten2", b.global_pool("pool", x));
  const Graph graph = b.finish({b.linear("fc2", b.relu("relu", b.linear("fc1", b.concat("features", {y, z, y}), 7)), 3)});
  CHECK(free_spaces(graph) == Names{"conv1:5", "conv2:3", "fc1:7"});
  CHECK(moved(without_gates(graph), 4) <= kAllowed);
}

TEST_CASE("what is added shares its units, and a grouped convolution ties two spaces by its groups") {
  GraphBuilder b("tied");
  const NodeId x = b.convolution("conv1", b.input({3, 5, 5}), 12, kNone, {.window = kThree});
  const SpaceId inner = b.space("inner", 24);
  NodeId y = b.convolution("grouped1", x, inner, {.window = kThree, .groups = 4});
  y = b.add("add", {y, b.convolution("beside", x, inner, {.window = kOne})});
  y = b.convolution("grouped2", y, 6, kNone, {.window = kOne, .groups = 6});
  const NodeId apart = b.convolution("grouped3", b.concat("concat", {y, y}), 6, kNone, {.window = kOne, .groups = 2});
  const NodeId last = b.convolution("last", x, 8, kNone, {.window = kOne});
  const NodeId features = b.concat("features", {b.flatten("flatten1", apart), b.flatten("flatten2", last)});
  const Graph graph = b.finish({b.linear("fc", features, 3)});
  // What reaches grouped3 stays: its groups may hold channels of two tensors, and grouped2 ties them to the others.
  CHECK(free_spaces(graph) == Names{"last:8"});
  CHECK(moved(without_gates(graph), 5) <= kAllowed);

  GraphBuilder c("tied");
  NodeId z = c.convolution("conv1", c.input({3, 5, 5}), 12, kNone, {.window = kThree});
  z = c.convolution("grouped1", z, 24, kNone, {.window = kThree, .groups = 4});
  z = c.convolution("grouped2", z, 6, kNone, {.window = kOne, .groups = 6});
  const Graph chain = c.finish({c.linear("fc", c.flatten("flatten", z), 3)});
  CHECK(free_spaces(chain) == Names{"conv1+grouped1+grouped2:2"});
  CHECK(moved(without_gates(chain), 6) <= kAllowed);
}

TEST_CASE("batch norms of each operating point move with their channels") {
  GraphBuilder b("points");
  const GateId gate = b.channel_gate("width", 3);
  NodeId x = b.convolution("conv", b.input({3, 5, 5}), 6, gate, {.window = kThree});
  x = b.relu("relu", b.batch_norm("bn", x));
  const Graph graph = b.finish({b.linear("fc", b.flatten("flatten", x), 3)});
  for (const BatchNormMode mode : {BatchNormMode::recalibrated, BatchNormMode::switchable}) {
    const StoredModel model = stored(RandomModel(describe_model(graph, {}, mode), 7));
    CHECK(moved(model, 7) <= kAllowed);
    const StoredModel reversed = permute_units(model, coupled_channels(graph), {{5, 4, 3, 2, 1, 0}});
    const auto &before = model.tensor("bn.point_mean").values, &after = reversed.tensor("bn.point_mean").values;
    for (size_t row = 0; row < 3; ++row)
      for (size_t c = 0; c < 6; ++c) CHECK(after[row * 6 + c] == before[row * 6 + 5 - c]);
  }
}
