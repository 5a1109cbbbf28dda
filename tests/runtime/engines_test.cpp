#include "core/error.h"
#include "difference.h"

using namespace tnn;

TEST_CASE("every engine equals direct evaluation of random graphs at every operating point") {
  for (const std::string& engine : engine_names()) {
    if (engine == "reference") continue;  // has this test in a file of its own
    for (uint64_t seed = 0; seed < 300; ++seed) {
      INFO("engine " << engine << ", seed " << seed);
      const RandomModel model = random_model(seed);
      REQUIRE(difference_at_all_points(model, engine, 1 + static_cast<int64_t>(seed % 9)) <= 1e-5);
    }
  }
}

TEST_CASE("fewer inputs than the batch limit give the same outputs, in every engine") {
  for (const std::string& engine : engine_names())
    for (uint64_t seed = 0; seed < 30; ++seed) {
      INFO("engine " << engine << ", seed " << seed);
      const SavedModel saved(seed);
      ThrottledNetwork net =
          ThrottledNetwork::load(saved.path, {.engine = engine, .threads = 1 + static_cast<int>(seed % 3), .batch_limit = 5});
      InferenceContext context = net.context();
      const std::vector<float> input = saved.model.input(5, 3);
      const auto width = static_cast<size_t>(net.output_shape().front());
      std::vector<float> together(5 * width), fewer(5 * width);
      context.run(input.data(), 5, together.data());
      float largest = 0;
      for (const float y : together) largest = std::max(largest, std::abs(y));
      for (int64_t batch = 1; batch < 5; ++batch) {
        context.run(input.data(), batch, fewer.data());
        for (size_t i = 0; i < static_cast<size_t>(batch) * width; ++i)
          REQUIRE(std::abs(fewer[i] - together[i]) <= 1e-5f * std::max(1e-3f, largest));
      }
    }
}

TEST_CASE("two contexts share an engine's packed weights") {
  const SavedModel saved(1);
  for (const std::string& engine : engine_names()) {
    const ThrottledNetwork net = ThrottledNetwork::load(saved.path, {.engine = engine, .threads = 1});
    const InferenceContext first = net.context();
    const int64_t bytes = net.engine().memory_bytes();
    const InferenceContext second = net.context();
    CHECK(net.engine().memory_bytes() == bytes);
  }
}
