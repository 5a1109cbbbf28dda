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
      OutputMemory together(saved.model.description.graph, 5), fewer(saved.model.description.graph, 5);
      context.run(input.data(), 5, together.places);
      for (int64_t batch = 1; batch < 5; ++batch) {
        context.run(input.data(), batch, fewer.places);
        for (size_t o = 0; o < together.values.size(); ++o) {
          const std::vector<float>& all = together.values[o];
          float largest = 1e-3f;
          for (const float y : all) largest = std::max(largest, std::abs(y));
          for (size_t i = 0; i < all.size() / 5 * static_cast<size_t>(batch); ++i)
            REQUIRE(std::abs(fewer.values[o][i] - all[i]) <= 1e-5f * largest);
        }
      }
    }
}

TEST_CASE("an output that is not asked for is not written, and the others are what they are with it, in every engine") {
  int several = 0;
  for (uint64_t seed = 0; seed < 40; ++seed) {
    const SavedModel saved(seed);
    if (saved.model.description.graph.outputs().size() < 2) continue;
    ++several;
    for (const std::string& engine : engine_names()) {
      INFO("engine " << engine << ", seed " << seed);
      ThrottledNetwork net = ThrottledNetwork::load(saved.path, {.engine = engine, .batch_limit = 2});
      InferenceContext context = net.context();
      const std::vector<float> input = saved.model.input(2, 3);
      OutputMemory all(saved.model.description.graph, 2), second(saved.model.description.graph, 2);
      context.run(input.data(), 2, all.places);
      context.run(input.data(), 2, std::vector<float*>{nullptr, second.places[1]});
      CHECK(second.values[1] == all.values[1]);
      CHECK(second.values[0] == std::vector<float>(second.values[0].size(), -1.0f));
      std::vector<float> first(all.values[0].size());
      context.run(input.data(), 2, first.data());
      CHECK(first == all.values[0]);
    }
  }
  CHECK(several > 5);
}

TEST_CASE("outputs that are gated, spatial, flattened or concatenated have zeros in closed channels, in every engine") {
  GraphBuilder b("outputs");
  const GateId gate = b.channel_gate("width", 4), other = b.channel_gate("other", 2);
  const Window three{{3}, {}, {1}, {}};
  const NodeId image = b.input({2, 5, 6});
  const NodeId x = b.relu("relu", b.convolution("conv", image, 8, gate, {.window = three}));
  const NodeId y = b.convolution("conv2", x, 6, other, {.window = three});
  const NodeId both = b.concat("both", {x, y});
  const NodeId features = b.flatten("features", both);
  const NodeId logits = b.linear("logits", features, 4, gate);
  const Graph graph = b.finish({logits, x, both, features, y, image}, {"a", "b", "c", "d", "e", "f"});
  for (const char* strategy : {"nested", "independent"}) {
    const RandomModel model(describe_model(graph, {.strategy = strategy}, BatchNormMode::shared), 3);
    for (const std::string& engine : engine_names())
      for (const int64_t batch : {1, 3}) {
        INFO(engine << ", " << strategy << ", batch " << batch);
        CHECK(difference_at_all_points(model, engine, batch) <= 1e-5);
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
