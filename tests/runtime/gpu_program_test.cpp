#include "difference.h"
#include "emulated_gpu.h"

using namespace tnn;

namespace {

/// Largest difference to direct evaluation, relative to the largest output (at least 1), over all points.
template <typename Number>
double emulated_difference(const RandomModel& model, int64_t batch) {
  const SavedModel saved(model);
  EmulatedGpu<Number> gpu(*load_lowered_model(saved.path), batch + 1);
  const std::vector<float> input = model.input(batch, 7);
  const size_t each = input.size() / static_cast<size_t>(batch);
  double apart = 0;
  for (size_t point = 0; point < model.description.points.size(); ++point) {
    const auto outputs = gpu.run(input, batch, point);
    for (size_t i = 0; i < static_cast<size_t>(batch); ++i) {
      const auto expected = evaluate_directly(model, static_cast<int>(point), input.data() + i * each);
      for (size_t o = 0; o < expected.size(); ++o)
        apart = std::max(apart, relative_difference(outputs[o].data() + i * expected[o].size(), expected[o], 1));
    }
  }
  return apart;
}

}  // namespace

TEST_CASE("a GPU's program, run on the CPU, equals direct evaluation of random graphs at every operating point") {
  for (uint64_t seed = 0; seed < 150; ++seed) {
    INFO("seed " << seed);
    if (RandomGraph::upsamples(seed)) continue;
    REQUIRE(emulated_difference<float>(random_model(seed), 1 + static_cast<int64_t>(seed % 9)) <= 1e-4);
  }
}

TEST_CASE("numbers stored in 16 bits change a GPU's results by as much as their rounding") {
  double half = 0, bfloat16 = 0;
  for (uint64_t seed = 0; seed < 40; ++seed) {
    if (RandomGraph::upsamples(seed)) continue;
    const RandomModel model = random_model(seed);
    half = std::max(half, emulated_difference<EmulatedHalf>(model, 1));
    bfloat16 = std::max(bfloat16, emulated_difference<EmulatedBfloat16>(model, 1));
  }
  CHECK(half <= 1e-2);
  CHECK(bfloat16 <= 5e-2);
}

TEST_CASE("a GPU's program does not lose a NaN of the input") {
  int found = 0;
  for (uint64_t seed = 0; seed < 60; ++seed) {
    if (RandomGraph::upsamples(seed)) continue;
    const RandomModel model = random_model(seed);
    const SavedModel saved(model);
    EmulatedGpu<float> gpu(*load_lowered_model(saved.path), 1);
    std::vector<float> input = model.input(1, 7);
    input[seed % input.size()] = NAN;
    for (size_t point = 0; point < model.description.points.size(); ++point) {
      INFO("seed " << seed << ", point " << point);
      const auto outputs = gpu.run(input, 1, point);
      const auto expected = evaluate_directly(model, static_cast<int>(point), input.data());
      for (size_t o = 0; o < expected.size(); ++o)
        for (size_t i = 0; i < expected[o].size(); ++i) {
          REQUIRE(std::isnan(outputs[o][i]) == std::isnan(expected[o][i]));
          found += std::isnan(expected[o][i]);
        }
    }
  }
  CHECK(found > 100);
}

TEST_CASE("a layer with one tap under nested gating is packed once for all operating points") {
  GraphBuilder b("shared");
  const GateId gate = b.channel_gate("width", 4);
  NodeId x = b.convolution("stem", b.input({3, 4, 4}), 16, gate, {.window = {{1}, {}, {}, {}}});
  x = b.convolution("pointwise", x, 24, gate, {.window = {{1}, {}, {}, {}}});
  const RandomModel model(describe_model(b.finish({x}), {}, BatchNormMode::shared), 3);
  const SavedModel saved(model);
  const auto packed = gpu::pack_weights(*load_lowered_model(saved.path));
  CHECK(model.description.points.size() > 1);
  CHECK(packed.packed_per_point == 0);
  CHECK(packed.packed_once == 16 * 8 + 24 * 16);
}
