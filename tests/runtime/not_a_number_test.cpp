#include <limits>

#include "difference.h"
#include "runtime/kernels/kernel_set.h"

using namespace tnn;

namespace {

/// Runs every operating point on inputs of which one number each is `planted`, and counts the outputs that are not finite by direct
/// evaluation. REQUIREs that the engine's are not either.
int outputs_not_finite(const SavedModel& saved, const RuntimeOptions& options, float planted, uint64_t seed) {
  ThrottledNetwork net = ThrottledNetwork::load(saved.path, options);
  InferenceContext context = net.context();
  std::vector<float> input = saved.model.input(1, seed);
  RandomStream random(seed, RandomPurpose::initialization, {9});
  input[random.below(input.size())] = planted;
  int found = 0;
  for (int point = 0; point < static_cast<int>(net.operating_points().size()); ++point) {
    INFO("point " << point);
    const auto expected = evaluate_directly(saved.model, point, input.data());
    OutputMemory outputs(saved.model.description.graph, 1);
    context.run_at(point, input.data(), 1, outputs.places);
    for (size_t o = 0; o < expected.size(); ++o)
      for (size_t i = 0; i < expected[o].size(); ++i) {
        if (std::isfinite(expected[o][i])) continue;
        REQUIRE_FALSE(std::isfinite(outputs.values[o][i]));
        if (std::isnan(planted)) REQUIRE(std::isnan(outputs.values[o][i]));
        ++found;
      }
  }
  return found;
}

}  // namespace

TEST_CASE("a NaN or an infinite number in the input is not lost, in every engine at every operating point") {
  for (const float planted : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()})
    for (const std::string& engine : engine_names()) {
      int found = 0;
      for (uint64_t seed = 0; seed < 60; ++seed) {
        INFO("engine " << engine << ", seed " << seed << ", " << planted);
        found += outputs_not_finite(SavedModel(seed), {.engine = engine}, planted, seed);
      }
      CHECK(found > 100);
    }
}

TEST_CASE("a NaN in the input is not lost by any instruction set of the prefix engine, nor in bf16") {
  for (const kernels::KernelSet* set : kernels::available_kernel_sets())
    for (uint64_t seed = 0; seed < 60; ++seed) {
      INFO(set->name << ", seed " << seed);
      outputs_not_finite(SavedModel(seed), {.engine = "prefix", .instruction_set = set->name}, NAN, seed);
    }
  if (!kernels::bf16_kernel_set()) TNN_SKIP("this processor has no AVX512_BF16");
  for (uint64_t seed = 0; seed < 60; ++seed) {
    INFO("seed " << seed);
    outputs_not_finite(SavedModel(seed), {.engine = "prefix", .precision = Precision::bf16}, NAN, seed);
  }
}

TEST_CASE("pooling and activations give NaN where one of what they read is, and padding is none") {
  for (const bool clip : {false, true})
    for (const PoolKind kind : {PoolKind::max, PoolKind::average})
      for (const ActivationKind activation : {ActivationKind::relu, ActivationKind::relu6, ActivationKind::sigmoid})
        for (const bool fused : {false, true}) {
          GraphBuilder b("small");
          NodeId x = b.input(clip ? std::vector<int64_t>{2, 3, 8, 8} : std::vector<int64_t>{2, 8, 8});
          if (fused) x = b.depthwise_convolution("conv", x, {{1}, {}, {}, {}});
          x = b.activation("activation", x, activation);
          x = b.pool("pool", x, {kind, {{3}, {2}, {1}, {}}});
          const SavedModel saved(RandomModel(describe_model(b.finish({x}), {}, BatchNormMode::shared), 1));
          std::vector<float> input = saved.model.input(1, 1);
          for (const size_t planted : {size_t{0}, size_t{9}, input.size() - 1}) {
            std::vector<float> with_nan = input;
            with_nan[planted] = NAN;
            const std::vector<double> expected = evaluate_directly(saved.model, 0, with_nan.data()).front();
            for (const std::string& engine : engine_names()) {
              INFO(engine << ", NaN at " << planted << ", " << kind_name(Activation{activation}) << ", " << kind_name(Pool{kind, {}}));
              ThrottledNetwork net = ThrottledNetwork::load(saved.path, {.engine = engine});
              InferenceContext context = net.context();
              std::vector<float> output(expected.size());
              context.run(with_nan.data(), 1, output.data());
              for (size_t i = 0; i < expected.size(); ++i) REQUIRE(std::isnan(output[i]) == std::isnan(expected[i]));
            }
          }
        }
}
