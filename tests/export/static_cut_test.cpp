#include "export/static_cut.h"

#include "catch_compat.h"
#include "core/error.h"
#include "cost/cost.h"
#include "graph/graph_builder.h"
#include "graph/graph_json.h"
#include "random_graph.h"
#include "random_model.h"
#include "temporary_folder.h"

using namespace tnn;

TEST_CASE("a static cut has the parameters and multiply-accumulates of its operating point, and no gates") {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    GatingRule rule;
    if (seed % 2) rule.strategy = "independent";
    const StoredModel model = random_model(RandomGraph(seed).build(), rule, BatchNormMode::recalibrated, seed);
    const auto& points = model.description.points;
    for (size_t i = 0; i < points.size(); ++i) {
      INFO("seed " << seed << " u " << points[i].u);
      if (!can_be_cut(model, i)) continue;
      const StoredModel cut = cut_model(model, static_cast<int>(i));
      const Graph& graph = cut.description.graph;
      CHECK(graph.gates().empty());
      const Cost small = network_cost(graph, Configuration::full(graph)),
                 whole = network_cost(model.description.graph, points[i].configuration);
      CHECK(small.macs == whole.macs);
      CHECK(small.parameters == whole.parameters);
      CHECK(graph_from_json(graph_to_json(graph)) == graph);
      const auto expected = model_tensors(cut.description);
      REQUIRE(expected.size() == cut.tensors.size());
      for (const ModelTensor& tensor : expected) CHECK(cut.tensor(tensor.name).shape == tensor.shape);
    }
  }
}

TEST_CASE("a written model reads back the same in fp32, and within its precision in half") {
  const TemporaryFolder folder;
  const StoredModel model = random_model(RandomGraph(3).build(), {}, BatchNormMode::switchable, 3);
  const auto path = folder.path() / "model.safetensors";
  write_stored_model(path, model, StoredPrecision::fp32, {{"note", "kept"}});
  const StoredModel same = read_stored_model(path);
  CHECK(same.description.graph == model.description.graph);
  for (const auto& [name, tensor] : model.tensors) CHECK(same.tensor(name).values == tensor.values);
  const auto whole_size = std::filesystem::file_size(path);
  for (const auto& [name, allowed] : {std::pair{"fp16", 5e-4}, std::pair{"bf16", 4e-3}}) {
    write_stored_model(path, model, stored_precision_from_name(name));
    CHECK(std::filesystem::file_size(path) < whole_size);
    const StoredModel half = read_stored_model(path);
    for (const auto& [tensor_name, tensor] : model.tensors) CHECK(relative_difference(half.tensor(tensor_name), tensor) <= allowed);
  }
}

TEST_CASE("numbers beyond fp16 and unknown precisions are refused") {
  const TemporaryFolder folder;
  StoredModel model = random_model(RandomGraph(3).build(), {}, BatchNormMode::shared, 3);
  model.tensors.begin()->second.values.front() = 1e6f;
  CHECK_THROWS_WITH(write_stored_model(folder.path() / "m.safetensors", model, StoredPrecision::fp16), ContainsSubstring("65504"));
  CHECK(std::filesystem::is_empty(folder.path()));
  CHECK_THROWS_WITH(stored_precision_from_name("fp8"), ContainsSubstring("bf16"));
}

TEST_CASE("a layer that would be left without inputs cannot be cut") {
  GraphBuilder b("closed");
  const NodeId input = b.input({3, 4, 4});
  const GateId gate = b.channel_gate("width", 2, 0);
  NodeId x = b.convolution("conv", input, 4, gate, {.window = {{1}, {}, {}, {}}});
  x = b.linear("fc", b.flatten("flatten", x), 2);
  GatingRule rule;
  rule.min_active = 0;
  const StoredModel model = random_model(b.finish({x}), rule, BatchNormMode::shared, 1);
  REQUIRE(model.description.points.front().configuration.gates.front().count() == 0);
  CHECK_THROWS_WITH(cut_model(model, 0), ContainsSubstring("'fc' has no active input channel"));
}

TEST_CASE("a static cut of a compensated model has the factor in its weights") {
  GraphBuilder b("blocks");
  const GateId gate = b.channel_gate("gate", 4);
  const NodeId x = b.linear("plain", b.input({3}), 8, gate);
  const NodeId normed = b.relu("relu", b.batch_norm("norm", b.linear("normed", x, 8, gate)));
  const Graph graph = b.finish({b.linear("out", normed, 2)});
  const StoredModel model = random_model(graph, {"nested", Rounding::floor_plus_one, 1, Compensation::inverted}, BatchNormMode::shared, 1);
  const StoredModel plain = random_model(graph, {}, BatchNormMode::shared, 1);
  for (int point = 0; point < 4; ++point) {
    const StoredModel cut = cut_model(model, point), uncompensated = cut_model(plain, point);
    const float factor = 4.0f / static_cast<float>(point + 1);
    CHECK(cut.description.gating.compensation == Compensation::none);
    for (const auto& [name, tensor] : uncompensated.tensors) {
      INFO(name);
      const bool scaled = name == "plain.weight" || name == "plain.bias" || name == "norm.weight" || name == "norm.bias";
      HostTensor expected = tensor;
      if (scaled)
        for (float& value : expected.values) value *= factor;
      CHECK(relative_difference(cut.tensor(name), expected) <= 1e-6);
    }
  }
}

TEST_CASE("outputs of a static cut have their full width, zeros where the point closes channels") {
  GraphBuilder b("outputs");
  const GateId gate = b.channel_gate("width", 4), other = b.channel_gate("other", 2);
  const NodeId x = b.convolution("x", b.input({3, 4, 4}), 8, gate, {.window = {{3}, {}, {1}, {}}});
  const NodeId y = b.convolution("y", x, 4, other, {.window = {{1}, {}, {}, {}}});
  const NodeId both = b.concat("both", {x, y});
  const NodeId logits = b.linear("logits", b.flatten("flat", both), 5, kNone);
  const Graph graph = b.finish({logits, x, both, b.flatten("features", y)}, {"logits", "x", "both", "y"});
  for (const char* strategy : {"nested", "independent"}) {
    const StoredModel model = random_model(graph, {.strategy = strategy}, BatchNormMode::shared, 1);
    for (size_t point = 0; point < model.description.points.size(); ++point) {
      if (!can_be_cut(model, point)) {
        CHECK(std::string(strategy) == "independent");
        continue;
      }
      const StoredModel cut = cut_model(model, static_cast<int>(point));
      REQUIRE(cut.description.graph.outputs().size() == 4);
      for (size_t o = 0; o < 4; ++o) {
        const Output& small = cut.description.graph.outputs()[o];
        CHECK(small.name == graph.outputs()[o].name);
        CHECK(cut.description.graph.dimensions(cut.description.graph.shape(small)) == graph.dimensions(graph.shape(graph.outputs()[o])));
      }
    }
  }
}
