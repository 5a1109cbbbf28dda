#include "catch_compat.h"
#include "core/error.h"
#include "export/onnx_evaluator.h"
#include "export/onnx_lowering.h"
#include "export/static_cut.h"
#include "gating/learned.h"
#include "graph/graph_builder.h"
#include "models/registry.h"
#include "random_graph.h"
#include "random_model.h"

using namespace tnn;

namespace {

OnnxModel through_file(const OnnxModel& model) { return onnx_from_bytes(onnx_to_bytes(model), "test"); }

HostTensor scalar(double u) { return {{}, {static_cast<float>(u)}}; }

/// Whether the throttleable file and the static nets agree at every operating point, in every output.
void check_all_points(const StoredModel& model, uint64_t seed) {
  const bool throttleable = model.description.points.size() > 1;
  const OnnxModel whole = through_file(lower_to_onnx(model, {}));
  const HostTensor input = random_input(model.description.graph, 2, seed);
  for (size_t i = 0; i < model.description.points.size(); ++i) {
    const double u = model.description.points[i].u;
    INFO("u " << u);
    REQUIRE(point_at(model.description, u) == static_cast<int>(i));
    if (!can_be_cut(model, i)) continue;
    const OnnxModel small = through_file(lower_to_onnx(cut_model(model, static_cast<int>(i)), {}));
    CHECK(small.graph.inputs.size() == 1);
    REQUIRE(small.graph.outputs.size() == model.description.graph.outputs().size());
    for (size_t o = 0; o < small.graph.outputs.size(); ++o) {
      CHECK(small.graph.outputs[o].name == model.description.graph.outputs()[o].name);
      CHECK(whole.graph.outputs[o].name == small.graph.outputs[o].name);
    }
    const std::vector<HostTensor> expected = evaluate_onnx(small, {{"input", input}});
    std::map<std::string, HostTensor> inputs{{"input", input}};
    if (throttleable) inputs["u"] = scalar(u);
    CHECK(relative_difference(evaluate_onnx(whole, inputs), expected) < 1e-5);
  }
}

}  // namespace

TEST_CASE("a throttleable ONNX file equals the static nets at every operating point, for random graphs") {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    const Graph graph = RandomGraph(seed).build();
    for (const char* strategy : {"nested", "independent", "depthwise_nested"}) {
      GatingRule rule;
      rule.strategy = strategy;
      rule.rounding = seed % 2 ? Rounding::ceil : Rounding::floor_plus_one;
      const bool random = rule.strategy == "independent";
      const BatchNormMode mode = seed % 3 == 0             ? BatchNormMode::shared
                                 : seed % 3 == 1 || random ? BatchNormMode::recalibrated
                                                           : BatchNormMode::switchable;
      INFO("seed " << seed << ' ' << strategy);
      check_all_points(random_model(graph, rule, mode, seed), seed);
    }
  }
}

TEST_CASE("the table of learned gates is chosen from by u in a throttleable ONNX file") {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const Graph graph = RandomGraph(seed).build();
    StoredModel model = random_model(graph, {"independent"}, BatchNormMode::shared, seed);
    const auto draws = make_gating_strategy(graph, {"independent"});
    std::vector<double> utilizations;
    std::vector<Configuration> configurations;
    for (int k = 1; k <= 6; ++k) {
      utilizations.push_back(k / 6.0);
      configurations.push_back(draws->configuration_at(k == 3 ? 1 / 6.0 : k / 6.0, seed));  // one configuration may come twice
    }
    model.description.gating = {"concrete", Rounding::ceil, 1};
    model.description.points = learned_operating_points(utilizations, configurations);
    INFO("seed " << seed);
    check_all_points(model, seed);
  }
}

TEST_CASE("what compensation does cannot be said in a throttleable ONNX file but in a static one") {
  GraphBuilder b("block");
  const GateId gate = b.channel_gate("gate", 4);
  const Graph graph = b.finish({b.linear("out", b.linear("fc", b.input({3}), 8, gate), 2)});
  const StoredModel model = random_model(graph, {"nested", Rounding::floor_plus_one, 1, Compensation::mean}, BatchNormMode::shared, 1);
  CHECK_THROWS_WITH(lower_to_onnx(model, {}), ContainsSubstring("mean") && ContainsSubstring("--u"));
  CHECK_NOTHROW(lower_to_onnx(cut_model(model, 1), {}));
}

TEST_CASE("a static file shrinks with u, and batch norm after a convolution is folded away") {
  ModelOptions options;
  options.stages = {"32", "32", "M", "64", "M"};
  options.hidden = {64};
  options.batch_norm = true;
  const StoredModel model = random_model(build_model("vgg_w", options), {}, BatchNormMode::switchable, 1);
  size_t before = 0;
  for (size_t i = 0; i < model.description.points.size(); ++i) {
    const OnnxModel onnx = lower_to_onnx(cut_model(model, static_cast<int>(i)), {});
    const size_t bytes = onnx_to_bytes(onnx).size();
    CHECK(bytes > before);
    before = bytes;
    for (const OnnxNode& node : onnx.graph.nodes) CHECK(node.op != "BatchNormalization");
    CHECK(onnx.graph.outputs.front().name == "classifier");
    CHECK(onnx.graph.inputs.front().shape == std::vector<int64_t>{-1, 3, 32, 32});
  }
}

TEST_CASE("any u between two operating points runs the one whose interval holds it") {
  ModelOptions options;
  options.input = {6};
  options.hidden = {8, 8};
  options.cardinality = 5;
  for (const Rounding rounding : {Rounding::ceil, Rounding::floor_plus_one}) {
    GatingRule rule;
    rule.rounding = rounding;
    const StoredModel model = random_model(build_model("mlp", options), rule, BatchNormMode::shared, 4);
    const OnnxModel whole = lower_to_onnx(model, {});
    const HostTensor input = random_input(model.description.graph, 2, 5);
    for (const double u : {0.01, 1.0 / 6, 0.2, 0.21, 1.0 / 3, 0.4, 0.5, 0.6, 2.0 / 3, 0.7, 0.8, 5.0 / 6, 0.99, 1.0}) {
      INFO("u " << u);
      const OnnxModel small = lower_to_onnx(cut_model(model, point_at(model.description, u)), {});
      CHECK(relative_difference(evaluate_onnx(whole, {{"input", input}, {"u", scalar(u)}}), evaluate_onnx(small, {{"input", input}})) <
            1e-5);
    }
  }
}

TEST_CASE("preprocessing inside the graph takes pixels") {
  ModelOptions options;
  options.input = {2, 4, 4};
  options.hidden = {8};
  options.cardinality = 4;
  StoredModel model = random_model(build_model("mlp", options), {}, BatchNormMode::shared, 7);
  OnnxOptions inside;
  inside.preprocessing = true;
  CHECK_THROWS_WITH(lower_to_onnx(cut_model(model, 0), inside), ContainsSubstring("--preprocessing"));
  model.description.preprocessing = {{0.5, 0.25}, {0.2, 0.3}};
  const HostTensor input = random_input(model.description.graph, 3, 7);
  HostTensor pixels = input;
  for (size_t i = 0; i < pixels.values.size(); ++i) {
    const size_t c = i / 16 % 2;
    pixels.values[i] =
        static_cast<float>((pixels.values[i] * model.description.preprocessing.std[c] + model.description.preprocessing.mean[c]) * 255);
  }
  const StoredModel cut = cut_model(model, 0);
  CHECK(relative_difference(evaluate_onnx(lower_to_onnx(cut, inside), {{"input", pixels}}),
                            evaluate_onnx(lower_to_onnx(cut, {}), {{"input", input}})) < 1e-5);
}

TEST_CASE("a closed branch is skipped: its nodes are in a subgraph and nowhere else") {
  ModelOptions options;
  options.input = {3, 8, 8};
  options.depth = 20;
  const OnnxModel onnx = lower_to_onnx(random_model(build_model("resnet_d", options), {}, BatchNormMode::shared, 1), {});
  size_t ifs = 0;
  for (const OnnxNode& node : onnx.graph.nodes) {
    ifs += node.op == "If";
    CHECK(node.name != "layer1.1.conv1");
  }
  CHECK(ifs == 7);
}

TEST_CASE("what ONNX cannot say is refused with the reason") {
  const StoredModel model = random_model(RandomGraph(1).build(), {}, BatchNormMode::shared, 1);
  OnnxOptions options;
  options.opset = 12;
  CHECK_THROWS_WITH(lower_to_onnx(model, options), ContainsSubstring("allowed: 13, 17"));
  CHECK_THROWS_AS(onnx_from_bytes("no onnx", "file"), DataError);
  const std::string bytes = onnx_to_bytes(lower_to_onnx(model, {}));
  CHECK_THROWS_AS(onnx_from_bytes(bytes.substr(0, bytes.size() / 2), "file"), DataError);
}
