#include "conversion/convert.h"

#include "catch_compat.h"
#include "core/error.h"
#include "cost/cost.h"
#include "export/static_cut.h"
#include "models.h"
#include "models/registry.h"
#include "temporary_folder.h"

using namespace tnn;

namespace {

ConversionOptions budgets(std::vector<double> shares) {
  ConversionOptions options;
  options.budgets = std::move(shares);
  return options;
}

ConvertedModel converted(const StoredModel& network, const ConversionOptions& options) {
  return convert_network(network, magnitude_scores(network), options);
}

bool contains(const Configuration& larger, const Configuration& smaller) {
  for (size_t g = 0; g < larger.gates.size(); ++g)
    if (!larger.gates[g].is_prefix() || !smaller.gates[g].is_prefix() || larger.gates[g].count() < smaller.gates[g].count()) return false;
  return true;
}

StoredModel named_network(const std::string& name, ModelOptions options) {
  return full_network(stored(RandomModel(describe_model(build_model(name, options), {}, BatchNormMode::shared), 1)));
}

}  // namespace

TEST_CASE("a converted model is the network at u = 1, and its points are nested, within budget and rising in cost") {
  size_t conversions = 0;
  for (uint64_t seed = 0; seed < 80; ++seed) {
    RandomModel random = random_model(seed);
    random.description.points.back().configuration = Configuration::full(random.description.graph);
    const StoredModel original = stored(random), network = full_network(original);
    ConversionOptions options = budgets({0.75, 0.5});
    options.bottom_up = seed % 2 == 0;
    options.group_units = 1 + static_cast<int64_t>(seed % 3);
    ConvertedModel result;
    try {
      result = converted(network, options);
    } catch (const UsageError& error) {
      const std::string message = error.what();
      CHECK((message.find("allowed: budgets from there on") != std::string::npos ||
             message.find("no layer that could be") != std::string::npos));
      continue;
    }
    ++conversions;
    INFO("seed " << seed);
    const auto& description = result.model.description;
    CHECK(difference(evaluate(result.model, last_point(result.model), seed), evaluate(original, last_point(original), seed)) <= 1e-5);
    CHECK(description.points.back().configuration == Configuration::full(description.graph));
    REQUIRE(result.points.size() == 3);
    for (size_t i = 0; i < 3; ++i) {
      const ConvertedPoint& point = result.points[i];
      const OperatingPoint& stored_point = description.points[static_cast<size_t>(point_at(description, point.budget))];
      const Cost cost = network_cost(description.graph, stored_point.configuration);
      CHECK(cost.macs == point.macs);
      CHECK(cost.activation_bytes == point.activation_bytes);
      CHECK(point.macs_share <= point.budget);
      if (i > 0) {
        CHECK(point.macs >= result.points[i - 1].macs);
        CHECK(point.importance_share >= result.points[i - 1].importance_share);
        CHECK(contains(stored_point.configuration,
                       description.points[static_cast<size_t>(point_at(description, result.points[i - 1].budget))].configuration));
      }
    }
  }
  CHECK(conversions > 50);
}

TEST_CASE("a point of a converted model computes what its static cut does") {
  for (uint64_t seed = 0; seed < 40; ++seed) {
    RandomModel random = random_model(seed);
    random.description.points.back().configuration = Configuration::full(random.description.graph);
    ConvertedModel result;
    try {
      result = converted(full_network(stored(random)), budgets({0.6}));
    } catch (const UsageError&) {
      continue;
    }
    INFO("seed " << seed);
    const StoredModel cut = cut_model(result.model, 0);
    CHECK(difference(evaluate(cut, 0, seed), evaluate(result.model, 0, seed)) <= 1e-5);
  }
}

TEST_CASE("budgets of DS-CNN-S are met from below within a hundredth of the full network, in seconds") {
  ModelOptions options;
  options.input = {1, 49, 10};
  options.classes = 12;
  const StoredModel network = named_network("ds_cnn", options);
  for (const bool bottom_up : {true, false}) {
    ConversionOptions asked = budgets({0.25, 0.5, 0.75});
    asked.bottom_up = bottom_up;
    const ConvertedModel result = converted(network, asked);
    REQUIRE(result.points.size() == 4);
    for (const ConvertedPoint& point : result.points) {
      INFO("budget " << point.budget << " share " << point.macs_share << " seconds " << point.seconds);
      CHECK(point.macs_share <= point.budget);
      CHECK(point.macs_share >= point.budget - 0.01);
      CHECK(point.seconds < 10);
      for (const int64_t channels : point.channels) CHECK(channels >= 2);
    }
    CHECK(result.unmeasured == std::vector<int>{0, 1, 2});
  }
}

TEST_CASE("units open by falling importance") {
  GraphBuilder b("order");
  NodeId x = b.linear("hidden", b.input({2}), 5);
  x = b.relu("relu", x);
  const StoredModel network =
      full_network(stored(RandomModel(describe_model(b.finish({b.linear("out", x, 2)}), {}, BatchNormMode::shared), 1)));
  const WeightScores scores{{"hidden.weight", {1, 0, 5, 0, 0, 3, 0, 0, 2, 0}},
                            {"hidden.bias", {0, 0, 0, 9, 0}},
                            {"out.weight", std::vector<float>(10, 100.0f)},
                            {"out.bias", {0, 0}}};
  const ConvertedModel result = convert_network(network, scores, budgets({0.7}));
  const auto &before = network.tensor("hidden.bias").values, &after = result.model.tensor("hidden.bias").values;
  CHECK(after == std::vector<float>{before[3], before[1], before[2], before[4], before[0]});
  CHECK(result.points.front().channels == std::vector<int64_t>{3});
  CHECK(result.points.front().importance_share == Approx(17.0 / 20));
  CHECK(result.unmeasured.empty());
  CHECK(result.model.description.batch_norm == BatchNormMode::shared);
}

TEST_CASE("a converted model is an ordinary model file, with statistics of no other width") {
  const TemporaryFolder folder;
  ModelOptions options;
  options.input = {1, 20, 10};
  options.classes = 4;
  const ConvertedModel result = converted(named_network("ds_cnn", options), budgets({0.5}));
  const auto path = folder.path() / "model.safetensors";
  write_stored_model(path, result.model, StoredPrecision::fp32);
  const StoredModel read = read_stored_model(path);
  CHECK(read.description.graph == result.model.description.graph);
  CHECK(read.description.gating.strategy == "reds");
  CHECK(read.description.points.size() == 2);
  CHECK(point_at(read.description, 0.5) == 0);
  CHECK(point_at(read.description, 0.51) == 1);
  for (const ModelTensor& tensor : model_tensors(read.description)) {
    if (!tensor.per_point) continue;
    const auto& values = read.tensor(tensor.name).values;
    const size_t channels = values.size() / 2;
    for (size_t c = 0; c < channels; ++c) {
      CHECK(values[c] == (tensor.role == ParameterRole::running_variance ? 1.0f : 0.0f));
      CHECK(values[channels + c] == read.tensor(parameter_name(read.description.graph.node(tensor.node).name, tensor.role)).values[c]);
    }
  }
}

TEST_CASE("a memory limit holds at every budget") {
  ModelOptions options;
  options.input = {1, 28, 28};
  options.stages = {"16", "16", "M", "32", "M"};
  options.hidden = {32};
  const StoredModel network = named_network("vgg_w", options);
  ConversionOptions asked = budgets({0.5, 0.8});
  const int64_t without = converted(network, asked).points[1].activation_bytes;
  asked.activation_bytes = without / 2;
  const ConvertedModel result = converted(network, asked);
  CHECK(result.points[0].activation_bytes <= without / 2);
  CHECK(result.points[1].activation_bytes <= without / 2);
  asked.activation_bytes = 1000;
  CHECK_THROWS_WITH(converted(network, asked), ContainsSubstring("bytes of activations at once (allowed: a memory limit of that or more)"));
}

TEST_CASE("budgets that cannot be are refused with what can") {
  ModelOptions options;
  const StoredModel network = named_network("tiny_cnn", options);
  CHECK_THROWS_WITH(converted(network, budgets({1.5})), ContainsSubstring("budget 1.5 is outside (0, 1)"));
  CHECK_THROWS_WITH(converted(network, budgets({})), ContainsSubstring("no budget is given"));
  CHECK_THROWS_WITH(converted(network, budgets({1e-6})), ContainsSubstring("the narrowest network needs"));
  CHECK_THROWS_WITH(convert_network(network, {}, budgets({0.5})), ContainsSubstring("0 scores for"));
  GraphBuilder b("linear");
  const StoredModel flat = stored(RandomModel(describe_model(b.finish({b.linear("out", b.input({4}), 2)}), {}, BatchNormMode::shared), 1));
  CHECK_THROWS_WITH(converted(flat, budgets({0.5})), ContainsSubstring("'linear' has no layer that could be narrowed"));
}
