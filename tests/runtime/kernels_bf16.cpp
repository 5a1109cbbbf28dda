#include "catch_compat.h"
#include "core/error.h"
#include "naive_convolution.h"
#include "runtime/kernels/convolution.h"

using namespace tnn;
using namespace tnn::kernels;
using namespace tnn::kernels::testing;

namespace {

std::vector<Bf16> rounded(const std::vector<float>& values) {
  std::vector<Bf16> result;
  for (const float value : values) result.push_back(to_bf16(value));
  return result;
}
std::vector<float> exact(const std::vector<Bf16>& values) {
  std::vector<float> result;
  for (const Bf16 value : values) result.push_back(to_float(value));
  return result;
}

/// The largest relative error of a random convolution on bf16 values, which plain loops get as floats.
double random_error(unsigned seed) {
  Random random(seed);
  NaiveConvolution naive;
  naive.shape = random_window(random, static_cast<size_t>(random.in(1, 3)), 7);
  naive.images = random.in(1, 2);
  const int64_t full_outputs = random.in(1, 120), taps = count(naive.shape.window.kernel);
  naive.outputs = random.in(1, full_outputs);
  std::vector<InputPart> parts;
  int64_t channels = 0;
  for (int64_t p = random.in(1, 2); p > 0; --p) {
    const int64_t begin = round_up(naive.full_inputs - 1, 2), active = random.in(1, 21);
    parts.push_back({channels, 0, begin, active});
    for (int64_t c = 0; c < active; ++c) naive.weight_channel.push_back(begin + c);
    channels += active;
    naive.full_inputs = begin + active + random.in(1, 4);
  }
  const std::vector<float> weights = exact(rounded(random.values(full_outputs * naive.full_inputs * taps)));
  const std::vector<float> x = exact(rounded(random.values(naive.images * channels * count(naive.shape.input))));
  const std::vector<float> added = exact(rounded(random.values(naive.images * naive.outputs * count(naive.shape.output))));
  const std::vector<float> scale = random.values(full_outputs + 16), shift = random.values(full_outputs + 16);
  ImageLayout in = ImageLayout::dense(naive.shape.input);
  in.widen_for(naive.shape.window, naive.shape.output);
  const ImageLayout out = ImageLayout::dense(naive.shape.output);
  const int64_t in_stride = wide_pixel_stride(channels), out_stride = wide_pixel_stride(naive.outputs);
  for (InputPart& part : parts) part.pixel_stride = in_stride;
  const std::vector<Bf16> input = rounded(to_wide(x, in, naive.images, channels, in_stride));
  const std::vector<Bf16> residual = rounded(to_wide(added, out, naive.images, naive.outputs, out_stride));
  std::vector<Bf16> output(residual.size());
  const PackedBf16Weights packed(weights.data(), full_outputs, naive.full_inputs, taps);
  const WindowMap map = window_map(naive.shape.window, in, out, naive.images);
  Bf16Convolution::Options options;
  options.kernels = &best_kernel_set();
  options.weights = &packed;
  options.map = &map;
  options.parts = parts;
  options.outputs = naive.outputs;
  options.output_stride = out_stride;
  options.residual = &map.output;
  options.residual_stride = out_stride;
  options.exact_outputs = random.chance(30);
  options.epilogue = {scale.data(), shift.data(), 0, INFINITY};
  const Bf16Convolution step(options);
  for (int thread = 0; thread < 2; ++thread) step.run({input.data(), output.data(), residual.data()}, share_of(step.work(), thread, 2));
  std::vector<double> expected = naive(x, weights);
  for (size_t i = 0; i < expected.size(); ++i) {
    const size_t channel = i / static_cast<size_t>(out.positions()) % static_cast<size_t>(naive.outputs);
    const double sum = expected[i] * static_cast<double>(scale[channel]) + static_cast<double>(shift[channel]);
    expected[i] = std::max(0.0, sum + static_cast<double>(added[i]));
  }
  return largest_error(exact(output), expected, out, naive.images, naive.outputs, out_stride);
}

}  // namespace

TEST_CASE("the bf16 convolution equals plain loops but for the rounding of its result") {
  if (!bf16_kernel_set()) TNN_SKIP("this processor has no AVX512_BF16");
  for (unsigned seed = 0; seed < 150; ++seed) {
    INFO("seed " << seed);
    REQUIRE(random_error(seed) < 1.0 / 256);
  }
}

TEST_CASE("bf16 rounds to the nearest value, ties to even") {
  REQUIRE(to_bf16(1.0F).bits == 0x3F80);
  REQUIRE(to_float(to_bf16(1.0F + 1.0F / 256)) == 1.0F);               // a tie, to even
  REQUIRE(to_float(to_bf16(1.0F + 3.0F / 256)) == 1.0F + 4.0F / 256);  // a tie, to even
  REQUIRE(to_float(to_bf16(1.0F + 1.1F / 256)) == 1.0F + 2.0F / 256);
  REQUIRE(std::isinf(to_float(to_bf16(INFINITY))));
  REQUIRE(std::isnan(to_float(to_bf16(NAN))));
  if (!bf16_kernel_set()) return;
  Random random(1);
  const std::vector<float> values = random.values(37);
  std::vector<Bf16> row(40, Bf16{7});
  bf16_kernel_set()->to_bf16(values.data(), row.data(), 37);
  for (size_t i = 0; i < 37; ++i) REQUIRE(row[i].bits == to_bf16(values[i]).bits);
  REQUIRE(row[37].bits == 7);
}

TEST_CASE("a bf16 convolution refuses input parts that begin inside a pair") {
  if (!bf16_kernel_set()) TNN_SKIP("this processor has no AVX512_BF16");
  const std::vector<float> weights(4 * 4, 1), vectors(32, 1);
  const PackedBf16Weights packed(weights.data(), 4, 4, 1);
  const WindowMap map = sample_map(1);
  Bf16Convolution::Options options;
  options.kernels = &best_kernel_set();
  options.weights = &packed;
  options.map = &map;
  options.parts = {{0, 16, 2, 1}};
  options.outputs = 4;
  options.output_stride = 16;
  options.epilogue = {vectors.data(), vectors.data(), 0, 0};
  REQUIRE_NOTHROW(Bf16Convolution(options));
  options.parts = {{0, 16, 1, 1}};
  REQUIRE_THROWS_AS(Bf16Convolution(options), UsageError);
}
