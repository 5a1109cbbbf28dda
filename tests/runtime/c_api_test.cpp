#include "catch_compat.h"
#include "difference.h"
#include "runtime/tnn_runtime.h"

using namespace tnn;

TEST_CASE("the C interface computes what the C++ interface computes at every operating point") {
  const SavedModel saved(12);
  const std::string path = saved.path.string();

  tnn_options options{};
  options.struct_size = sizeof options;
  options.engine = "reference";
  options.batch_limit = 2;
  tnn_network* network = nullptr;
  REQUIRE(tnn_network_load(path.c_str(), &options, &network) == TNN_OK);
  tnn_context* context = nullptr;
  REQUIRE(tnn_context_create(network, &context) == TNN_OK);
  ThrottledNetwork expected = ThrottledNetwork::load(path, {.engine = "reference", .batch_limit = 2});
  InferenceContext expected_context = expected.context();
  REQUIRE(tnn_point_count(network) == static_cast<int64_t>(expected.operating_points().size()));
  CHECK(tnn_current_point(network) == tnn_point_count(network) - 1);

  const std::vector<float> input = saved.model.input(2, 1);
  REQUIRE(tnn_input_elements(network) * 2 == static_cast<int64_t>(input.size()));
  std::vector<float> output(static_cast<size_t>(2 * tnn_output_elements(network))), reference(output.size());
  for (int64_t i = 0; i < tnn_point_count(network); ++i) {
    tnn_point point{};
    point.struct_size = sizeof point;
    REQUIRE(tnn_point_get(network, i, &point) == TNN_OK);
    CHECK(point.validation_accuracy == -1);
    CHECK(point.macs == expected.operating_points()[static_cast<size_t>(i)].cost.macs);
    REQUIRE(tnn_set_utilization(network, point.u) == TNN_OK);
    int64_t used = -1;
    REQUIRE(tnn_run(context, input.data(), 2, output.data(), &used) == TNN_OK);
    CHECK(used == i);
    expected.set_operating_point(static_cast<int>(i));
    expected_context.run(input.data(), 2, reference.data());
    CHECK(output == reference);
  }
  tnn_network_free(network);  // a context may outlive its network
  CHECK(tnn_run(context, input.data(), 1, output.data(), nullptr) == TNN_OK);
  tnn_context_free(context);
}

TEST_CASE("the C interface gives every output by index, at the network's point and at one of the caller's") {
  uint64_t seed = 0;
  while (random_model(seed).description.graph.outputs().size() < 2 || random_model(seed).description.points.size() < 2) ++seed;
  const SavedModel saved(seed);
  const Graph& graph = saved.model.description.graph;
  tnn_network* network = nullptr;
  tnn_context* context = nullptr;
  REQUIRE(tnn_network_load(saved.path.string().c_str(), nullptr, &network) == TNN_OK);
  REQUIRE(tnn_context_create(network, &context) == TNN_OK);
  REQUIRE(tnn_output_count(network) == static_cast<int64_t>(graph.outputs().size()));
  OutputMemory outputs(graph, 1), at_first(graph, 1);
  for (int64_t i = 0; i < tnn_output_count(network); ++i) {
    const Output& output = graph.outputs()[static_cast<size_t>(i)];
    CHECK(tnn_output_name(network, i) == output.name);
    std::vector<int64_t> sizes(static_cast<size_t>(tnn_output_shape_at(network, i, nullptr, 0)));
    tnn_output_shape_at(network, i, sizes.data(), static_cast<int64_t>(sizes.size()));
    CHECK(sizes == graph.dimensions(graph.shape(output)));
    CHECK(tnn_output_elements_at(network, i) == static_cast<int64_t>(outputs.values[static_cast<size_t>(i)].size()));
  }
  CHECK(tnn_output_elements(network) == tnn_output_elements_at(network, 0));
  for (const int64_t index : {int64_t{-1}, tnn_output_count(network)}) {
    CHECK(tnn_output_name(network, index) == nullptr);
    CHECK(tnn_output_shape_at(network, index, nullptr, 0) == 0);
    CHECK(tnn_output_elements_at(network, index) == 0);
  }
  const std::vector<float> input = saved.model.input(1, 1);
  const auto count = static_cast<int64_t>(outputs.places.size());
  int64_t point = -1;
  REQUIRE(tnn_run_outputs(context, input.data(), 1, outputs.places.data(), count, &point) == TNN_OK);
  CHECK(point == tnn_point_count(network) - 1);
  REQUIRE(tnn_run_at(context, 0, input.data(), 1, at_first.places.data(), count) == TNN_OK);
  CHECK(tnn_current_point(network) == point);
  REQUIRE(tnn_set_point(network, 0) == TNN_OK);
  REQUIRE(tnn_run_outputs(context, input.data(), 1, outputs.places.data(), count, nullptr) == TNN_OK);
  CHECK(outputs.values == at_first.values);
  std::vector<float> first(outputs.values.front().size());
  REQUIRE(tnn_run(context, input.data(), 1, first.data(), nullptr) == TNN_OK);
  CHECK(first == outputs.values.front());
  CHECK(tnn_run_outputs(context, input.data(), 1, nullptr, 1, nullptr) == TNN_USAGE);
  CHECK(tnn_run_outputs(context, input.data(), 1, outputs.places.data(), 0, nullptr) == TNN_USAGE);
  CHECK(tnn_run_outputs(context, input.data(), 1, outputs.places.data(), count + 1, nullptr) == TNN_USAGE);
  CHECK(tnn_run_at(context, tnn_point_count(network), input.data(), 1, outputs.places.data(), count) == TNN_USAGE);
  CHECK(tnn_run_at(context, -1, input.data(), 1, outputs.places.data(), count) == TNN_USAGE);
  tnn_context_free(context);
  tnn_network_free(network);
}

TEST_CASE("the C interface refuses what is not allowed and says what") {
  tnn_network* network = nullptr;
  CHECK(tnn_network_load(nullptr, nullptr, &network) == TNN_USAGE);
  CHECK(tnn_network_load("/no/such/file", nullptr, &network) == TNN_DATA);
  CHECK_THAT(std::string(tnn_last_error()), ContainsSubstring("/no/such/file"));
  tnn_options options{};
  CHECK(tnn_network_load("/no/such/file", &options, &network) == TNN_USAGE);
  CHECK_THAT(std::string(tnn_last_error()), ContainsSubstring("struct_size"));

  const SavedModel saved(3);
  const std::string path = saved.path.string();
  options.struct_size = sizeof options;
  options.engine = "refrence";
  CHECK(tnn_network_load(path.c_str(), &options, &network) == TNN_USAGE);
  CHECK_THAT(std::string(tnn_last_error()), ContainsSubstring("did you mean 'reference'"));
  options.engine = nullptr;
  REQUIRE(tnn_network_load(path.c_str(), &options, &network) == TNN_OK);
  for (const double u : {0.0, -1.0, 1.5, std::nan("")}) CHECK(tnn_set_utilization(network, u) == TNN_USAGE);
  CHECK(tnn_set_point(network, tnn_point_count(network)) == TNN_USAGE);
  CHECK(tnn_set_point(network, int64_t{1} << 32) == TNN_USAGE);
  CHECK(tnn_context_create(nullptr, nullptr) == TNN_USAGE);
  tnn_context* context = nullptr;
  REQUIRE(tnn_context_create(network, &context) == TNN_OK);
  const auto input = std::vector<float>(static_cast<size_t>(tnn_input_elements(network)));
  std::vector<float> output(static_cast<size_t>(tnn_output_elements(network)));
  CHECK(tnn_run(context, input.data(), 0, output.data(), nullptr) == TNN_USAGE);
  CHECK(tnn_run(context, input.data(), 2, output.data(), nullptr) == TNN_USAGE);
  CHECK(tnn_run(context, nullptr, 1, output.data(), nullptr) == TNN_USAGE);
  CHECK(tnn_run(context, input.data(), 1, output.data(), nullptr) == TNN_OK);
  tnn_context_free(context);
  tnn_network_free(network);
  tnn_context_free(nullptr);
  tnn_network_free(nullptr);
}
