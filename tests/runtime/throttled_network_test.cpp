#include "runtime/throttled_network.h"

#include <atomic>
#include <thread>

#include "catch_compat.h"
#include "core/error.h"
#include "count_allocations.h"
#include "difference.h"

using namespace tnn;

namespace {

/// A seed whose model has several operating points.
uint64_t seed_with_points(size_t least) {
  for (uint64_t seed = 0;; seed += 3)
    if (random_model(seed).description.points.size() >= least) return seed;
}

}  // namespace

TEST_CASE("every utilization leads to the point whose configuration the gating rule gives") {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    const SavedModel saved(seed);
    ThrottledNetwork net = ThrottledNetwork::load(saved.path);
    const auto strategy =
        make_gating_strategy(saved.model.description.graph, saved.model.description.gating, saved.model.description.points);
    for (int i = 1; i <= 240; ++i) {
      const double u = i / 240.0;
      net.set_utilization(u);
      const auto& groups = net.operating_points()[static_cast<size_t>(net.operating_point())].groups;
      const Configuration expected = strategy->configuration_at(u);
      for (size_t g = 0; g < groups.size(); ++g) REQUIRE(groups[g] == expected.gates[g].count());
    }
  }
}

TEST_CASE("utilizations outside (0, 1], points and batches that do not exist are refused") {
  const SavedModel saved(1);
  ThrottledNetwork net = ThrottledNetwork::load(saved.path);
  const int before = net.operating_point();
  for (const double u : {0.0, -0.5, 1.01, std::nan("")}) CHECK_THROWS_AS(net.set_utilization(u), UsageError);
  CHECK_THROWS_AS(net.set_operating_point(-1), UsageError);
  CHECK_THROWS_AS(net.set_operating_point(static_cast<int>(net.operating_points().size())), UsageError);
  CHECK(net.operating_point() == before);
  CHECK_THROWS_AS(ThrottledNetwork::load(saved.path, {.engine = "fastest"}), UsageError);
  CHECK_THROWS_AS(ThrottledNetwork::load(saved.path, {.threads = 0}), UsageError);
  CHECK_THROWS_AS(ThrottledNetwork::load(saved.path, {.batch_limit = 0}), UsageError);
  CHECK_THROWS_AS(ThrottledNetwork::load(saved.path, {.memory_limit_bytes = 1}).context(), DataError);
}

TEST_CASE("switching the operating point and running allocate nothing, in every engine") {
  for (uint64_t seed = 0; seed < 30; ++seed) {
    const SavedModel saved(seed);
    for (const std::string& engine : engine_names()) {
      if (engine == "onednn") continue;  // each call of oneDNN makes a table of its arguments
      ThrottledNetwork net =
          ThrottledNetwork::load(saved.path, {.engine = engine, .threads = 1 + static_cast<int>(seed % 2), .batch_limit = 3});
      InferenceContext context = net.context();
      const std::vector<float> input = saved.model.input(3, 1);
      OutputMemory outputs(saved.model.description.graph, 3);
      const int64_t before = allocation_count();
      for (int i = 1; i <= 16; ++i) {
        net.set_utilization(i / 16.0);
        context.run(input.data(), 1 + i % 3, outputs.values.front().data());
      }
      for (int i = 0; i < static_cast<int>(net.operating_points().size()); ++i) {
        net.set_operating_point(i);
        context.run(input.data(), 3, outputs.places);
        context.run_at(0, input.data(), 3, outputs.places);
      }
      const int64_t after = allocation_count();
      CHECK(after == before);
    }
  }
}

namespace {

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr int64_t kSwitches = 200'000;
#else
constexpr int64_t kSwitches = 10'000'000;
#endif

/// The output of each operating point for one input.
std::vector<std::vector<float>> outputs_of_points(ThrottledNetwork& net, const std::vector<float>& input) {
  std::vector<std::vector<float>> outputs;
  InferenceContext context = net.context();
  for (int i = 0; i < static_cast<int>(net.operating_points().size()); ++i) {
    net.set_operating_point(i);
    outputs.emplace_back(static_cast<size_t>(net.output_shape().front()));
    context.run(input.data(), 1, outputs.back().data());
  }
  return outputs;
}

}  // namespace

TEST_CASE("during 10 million switches from another thread every output is that of the point that the run names") {
  const SavedModel saved(seed_with_points(5));
  for (const std::string& engine : engine_names()) {
    ThrottledNetwork net = ThrottledNetwork::load(saved.path, {.engine = engine});
    const auto points = static_cast<int>(net.operating_points().size());
    const std::vector<float> input = saved.model.input(1, 1);
    const auto expected = outputs_of_points(net, input);
    std::atomic<bool> stop{false};
    std::thread switching([&] {
      for (int64_t i = 0; i < kSwitches; i += 2) {
        net.set_operating_point(static_cast<int>(i / 2 % points));
        net.set_utilization(static_cast<double>(i % 1000 + 1) / 1000.0);
      }
      stop = true;
    });
    std::atomic<int> mixtures{0}, runs{0};
    const auto infer = [&] {
      InferenceContext context = net.context();
      std::vector<float> output(expected.front().size());
      for (int i = 0; i < 300 || !stop; ++i, ++runs) {
        const int point = context.run(input.data(), 1, output.data());
        if (output != expected[static_cast<size_t>(point)]) ++mixtures;
      }
    };
    std::thread other(infer);
    infer();
    other.join();
    switching.join();
    CHECK(mixtures == 0);
    CHECK(runs >= 600);
  }
}

TEST_CASE("a run at a point of its own gives what the network at that point gives, and leaves the network's point") {
  const SavedModel saved(seed_with_points(3));
  for (const std::string& engine : engine_names()) {
    ThrottledNetwork net = ThrottledNetwork::load(saved.path, {.engine = engine});
    const std::vector<float> input = saved.model.input(1, 1);
    const auto expected = outputs_of_points(net, input);
    net.set_operating_point(1);
    InferenceContext context = net.context();
    std::vector<float> output(expected.front().size());
    for (int point = 0; point < static_cast<int>(expected.size()); ++point) {
      context.run_at(point, input.data(), 1, output.data());
      CHECK(output == expected[static_cast<size_t>(point)]);
      CHECK(net.operating_point() == 1);
    }
    CHECK_THROWS_AS(context.run_at(-1, input.data(), 1, output.data()), UsageError);
    CHECK_THROWS_AS(context.run_at(static_cast<int>(expected.size()), input.data(), 1, output.data()), UsageError);
    const std::vector<float*> too_many(net.outputs().size() + 1, output.data());
    CHECK_THROWS_WITH(context.run(input.data(), 1, too_many), ContainsSubstring("outputs are asked for"));
  }
}

TEST_CASE("tensors in other float types and at odd addresses are read alike") {
  SavedModel saved(4);
  // Numbers that half precision holds exactly.
  for (auto& [name, numbers] : saved.model.tensors)
    for (float& number : numbers) number = std::round(number * 64) / 64;
  saved.model.save(saved.path);
  const std::vector<float> input = saved.model.input(1, 1);
  const auto output_of = [&] {
    ThrottledNetwork net = ThrottledNetwork::load(saved.path, {.engine = "reference"});
    std::vector<float> output(static_cast<size_t>(net.output_shape().front()));
    net.context().run(input.data(), 1, output.data());
    return output;
  };
  const std::vector<float> expected = output_of();
  std::vector<TensorView> views;
  std::vector<std::vector<double>> doubles;
  for (const auto& [name, numbers] : saved.model.tensors) {
    doubles.emplace_back(numbers.begin(), numbers.end());
    views.push_back({name, DType::f64, saved.model.shapes.at(name), reinterpret_cast<const std::byte*>(doubles.back().data())});
  }
  write_safetensors(saved.path, views, description_to_metadata(saved.model.description));
  CHECK(output_of() == expected);
}
