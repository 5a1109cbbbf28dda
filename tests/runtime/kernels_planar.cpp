#include "runtime/kernels/planar_convolution.h"

#include "catch_compat.h"
#include "core/error.h"
#include "naive_convolution.h"
#include "runtime/kernels/elementwise.h"

using namespace tnn;
using namespace tnn::kernels;
using namespace tnn::kernels::testing;

namespace {

/// A convolution of stride 1 that keeps the extent, at a random width.
struct Case {
  explicit Case(unsigned seed);
  double error(const KernelSet& kernels, int threads) const;
  std::vector<double> expected() const;

  Random random;
  NaiveConvolution naive;
  int64_t full_outputs;
  bool preactivated;
  std::vector<float> x, weights, scale, shift, pre_scale, pre_shift;
};

Case::Case(unsigned seed) : random(seed) {
  const auto dimensions = static_cast<size_t>(random.in(2, 3));
  preactivated = random.chance(40);
  for (size_t d = 0; d < dimensions; ++d) {
    const int64_t kernel = preactivated ? 1 : 1 + 2 * random.in(0, 2), dilation = random.in(1, 2);
    naive.shape.window.kernel.push_back(kernel);
    naive.shape.window.stride.push_back(1);
    naive.shape.window.dilation.push_back(dilation);
    naive.shape.window.padding.push_back((kernel - 1) * dilation / 2);
    naive.shape.input.push_back(random.in(1, 9));
  }
  naive.shape.output = naive.shape.input;
  naive.images = random.in(1, 3);
  full_outputs = random.in(1, 40);
  naive.outputs = random.in(1, full_outputs);
  const int64_t inputs = random.in(1, 20);
  for (int64_t c = 0; c < inputs; ++c) naive.weight_channel.push_back(c);
  naive.full_inputs = inputs + random.in(0, 5);
  x = random.values(naive.images * inputs * count(naive.shape.input));
  weights = random.values(full_outputs * naive.full_inputs * count(naive.shape.window.kernel));
  scale = random.values(full_outputs + 16);
  shift = random.values(full_outputs + 16);
  pre_scale = random.values(inputs);
  pre_shift = random.values(inputs);
}

std::vector<double> Case::expected() const {
  std::vector<float> activated = x;
  const int64_t positions = count(naive.shape.input);
  if (preactivated)
    for (size_t i = 0; i < x.size(); ++i) {
      const size_t channel = i / static_cast<size_t>(positions) % naive.weight_channel.size();
      activated[i] = std::max(0.0F, x[i] * pre_scale[channel] + pre_shift[channel]);
    }
  std::vector<double> y = naive(activated, weights);
  for (size_t i = 0; i < y.size(); ++i) {
    const size_t channel = i / static_cast<size_t>(positions) % static_cast<size_t>(naive.outputs);
    y[i] = std::max(0.0, y[i] * static_cast<double>(scale[channel]) + static_cast<double>(shift[channel]));
  }
  return y;
}

double Case::error(const KernelSet& kernels, int threads) const {
  const auto inputs = static_cast<int64_t>(naive.weight_channel.size());
  PlanarLayout layout{ImageLayout::dense(naive.shape.input)};
  layout.image.widen_for(naive.shape.window, naive.shape.output);
  const int64_t plane = layout.channel_stride();
  const std::vector<int32_t> pixels = interior_pixels(layout.image, 1);
  AlignedBuffer<float> input(static_cast<size_t>(naive.images * inputs * plane)),
      output(static_cast<size_t>(naive.images * naive.outputs * plane));
  channel_major_to_planar(x.data(), input.data(), pixels, inputs, plane, inputs * plane, {0, naive.images});
  const PackedWeights packed(weights.data(), full_outputs, naive.full_inputs, count(naive.shape.window.kernel));
  PlanarConvolution::Options options;
  options.kernels = &kernels;
  options.weights = &packed;
  options.window = naive.shape.window;
  options.layout = layout;
  options.images = naive.images;
  options.parts = {{0, 1, 0, 1}};
  if (inputs > 1) options.parts.push_back({plane, 1, 1, inputs - 1});
  options.input_image_stride = inputs * plane;
  options.output_image_stride = naive.outputs * plane;
  options.outputs = naive.outputs;
  options.epilogue = {scale.data(), shift.data(), 0, INFINITY};
  if (preactivated) {
    options.pre_scale = pre_scale.data();
    options.pre_shift = pre_shift.data();
  }
  const PlanarConvolution step(options);
  for (int thread = 0; thread < threads; ++thread) step.run({input.data(), output.data(), nullptr}, share_of(step.work(), thread, threads));
  std::vector<float> interior;
  for (int64_t c = 0; c < naive.images * naive.outputs; ++c) {
    for (const int32_t pixel : pixels) interior.push_back(output[static_cast<size_t>(c * plane + pixel)]);
    for (const int32_t pixel : halo_pixels(layout.image, 1))
      if (output[static_cast<size_t>(c * plane + pixel)] != 0) return INFINITY;
  }
  return largest_error(interior, expected(), ImageLayout::dense({static_cast<int64_t>(interior.size())}), 1, 1, 1);
}

}  // namespace

TEST_CASE("the planar convolution of every instruction set equals plain loops and leaves the halo zero") {
  for (unsigned seed = 0; seed < 150; ++seed) {
    const Case c(seed);
    for (const KernelSet* kernels : available_kernel_sets()) {
      INFO("seed " << seed << ", " << kernels->name);
      REQUIRE(c.error(*kernels, 1 + static_cast<int>(seed % 3)) < 1e-4);
    }
  }
}

TEST_CASE("a planar convolution refuses strides and a halo too narrow") {
  const std::vector<float> weights(9, 1), vectors(17, 1);
  const PackedWeights packed(weights.data(), 1, 1, 9);
  PlanarConvolution::Options options;
  options.kernels = &best_kernel_set();
  options.weights = &packed;
  options.window = {{3, 3}, {1, 1}, {1, 1}, {1, 1}};
  options.layout.image = ImageLayout::dense({4, 4});
  options.parts = {{0, 1, 0, 1}};
  options.outputs = 1;
  options.epilogue = {vectors.data(), vectors.data(), 0, 0};
  REQUIRE_THROWS_AS(PlanarConvolution(options), UsageError);
  options.layout.image.widen_for(options.window, {4, 4});
  REQUIRE_NOTHROW(PlanarConvolution(options));
  options.window.stride = {2, 2};
  REQUIRE_THROWS_AS(PlanarConvolution(options), UsageError);
}
