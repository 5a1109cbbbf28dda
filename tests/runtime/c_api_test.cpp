#include "catch_compat.h"
#include "runtime/throttled_network.h"
#include "runtime/tnn_runtime.h"
#include "saved_model.h"

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
