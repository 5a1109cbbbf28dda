#include "runtime/kernels/local_convolution.h"

#include "catch_compat.h"
#include "core/error.h"
#include "naive_convolution.h"

using namespace tnn;
using namespace tnn::kernels;
using namespace tnn::kernels::testing;

namespace {

/// A depthwise or grouped convolution at a random number of active groups.
struct Case {
  Case(unsigned seed, int64_t inputs_per_group, int64_t outputs_per_group);
  std::vector<double> expected() const;
  template <typename Step>
  double error(const Step& step, int threads) const;

  Random random;
  NaiveConvolution naive;
  int64_t full_groups, inputs_each, outputs_each, input_stride, output_stride;
  bool add;
  std::vector<float> weights, scale, shift, x, residual, input, residual_memory;
  ImageLayout input_layout, output_layout;
  WindowMap map;
  Epilogue epilogue;
};

Case::Case(unsigned seed, int64_t inputs_per_group, int64_t outputs_per_group)
    : random(seed), inputs_each(inputs_per_group), outputs_each(outputs_per_group) {
  if (random.chance(50)) {  // the nine taps of most networks
    const int64_t stride = random.in(1, 2), rows = random.in(1, 12), columns = random.chance(70) ? random.in(1, 12) : random.in(30, 150);
    const int64_t dilation = random.chance(15) ? 2 : 1, row_stride = random.chance(15) ? 3 - stride : stride;
    naive.shape = {{{3, 3}, {row_stride, stride}, {dilation, 1}, {dilation, 1}},
                   {rows, columns},
                   {(rows - 1) / row_stride + 1, (columns - 1) / stride + 1}};
  } else {
    naive.shape = random_window(random, static_cast<size_t>(random.in(1, 3)), 8);
  }
  naive.images = random.in(1, 3);
  full_groups = random.in(1, inputs_each == 1 ? 50 : 9);
  naive.groups = random.in(1, full_groups);
  naive.outputs = naive.groups * outputs_each;
  naive.full_inputs = inputs_each;
  for (int64_t i = 0; i < naive.groups * inputs_each; ++i) naive.weight_channel.push_back(i % inputs_each);
  const auto inputs = static_cast<int64_t>(naive.weight_channel.size());
  weights = random.values(full_groups * outputs_each * inputs_each * count(naive.shape.window.kernel));
  scale = random.values(full_groups * outputs_each + 16);
  shift = random.values(full_groups * outputs_each + 16);
  x = random.values(naive.images * inputs * count(naive.shape.input));
  residual = random.values(naive.images * naive.outputs * count(naive.shape.output));
  add = random.chance(40);
  input_layout = ImageLayout::dense(naive.shape.input);
  input_layout.widen_for(naive.shape.window, naive.shape.output);
  output_layout = ImageLayout::dense(naive.shape.output);
  if (random.chance(50))
    for (int64_t& halo : output_layout.low_halo) halo = random.in(0, 2);
  input_stride = wide_pixel_stride(inputs);
  output_stride = wide_pixel_stride(naive.outputs);
  input = to_wide(x, input_layout, naive.images, inputs, input_stride);
  residual_memory = to_wide(residual, output_layout, naive.images, naive.outputs, output_stride);
  map = window_map(naive.shape.window, input_layout, output_layout, naive.images);
  epilogue = {scale.data(), shift.data(), random.chance(50) ? 0 : -INFINITY, random.chance(30) ? 6 : INFINITY};
}

std::vector<double> Case::expected() const {
  std::vector<double> y = naive(x, weights);
  const int64_t positions = count(naive.shape.output);
  for (size_t i = 0; i < y.size(); ++i) {
    const size_t channel = i / static_cast<size_t>(positions) % static_cast<size_t>(naive.outputs);
    double value = y[i] * static_cast<double>(scale[channel]) + static_cast<double>(shift[channel]);
    if (add) value += static_cast<double>(residual[i]);
    y[i] = std::min<double>(epilogue.upper, std::max<double>(epilogue.lower, value));
  }
  return y;
}

template <typename Step>
double Case::error(const Step& step, int threads) const {
  std::vector<float> output(static_cast<size_t>(naive.images * output_layout.pixels_per_image() * output_stride + 64));
  for (int thread = threads - 1; thread >= 0; --thread)  // in any order
    step.run({input.data(), output.data(), residual_memory.data()}, share_of(step.work(), thread, threads));
  return largest_error(output, expected(), output_layout, naive.images, naive.outputs, output_stride);
}

LocalConvolution local_step(const Case& c, const KernelSet& kernels, const LocalWeights& weights) {
  LocalConvolution::Options options;
  options.kernels = &kernels;
  options.weights = &weights;
  options.map = &c.map;
  options.channels = c.naive.outputs;
  options.input_stride = c.input_stride;
  options.output_stride = c.output_stride;
  if (c.add) options.residual = &c.map.output;
  options.residual_stride = c.output_stride;
  options.epilogue = c.epilogue;
  return LocalConvolution(options);
}

}  // namespace

TEST_CASE("depthwise and grouped kernels of every instruction set equal plain loops") {
  for (unsigned seed = 0; seed < 60; ++seed)
    for (const int64_t size : {1, 4, 8, 16}) {
      const Case c(seed, size, size);
      const LocalWeights weights(c.weights.data(), c.full_groups * size, size, count(c.naive.shape.window.kernel));
      for (const KernelSet* kernels : available_kernel_sets()) {
        INFO("seed " << seed << ", groups of " << size << ", " << kernels->name);
        REQUIRE(c.error(local_step(c, *kernels, weights), 1 + static_cast<int>(seed % 3)) < 1e-4);
      }
    }
}

TEST_CASE("groups of any size go through wide kernels and write no neighbour's channels") {
  for (unsigned seed = 0; seed < 80; ++seed) {
    Random random(seed + 1000);
    const Case c(seed, random.in(1, 7), random.chance(20) ? 16 : random.in(1, 37));
    const int64_t taps = count(c.naive.shape.window.kernel);
    std::vector<PackedWeights> weights;
    for (int64_t g = 0; g < c.full_groups; ++g)
      weights.emplace_back(c.weights.data() + g * c.outputs_each * c.inputs_each * taps, c.outputs_each, c.inputs_each, taps);
    for (const KernelSet* kernels : available_kernel_sets()) {
      WideConvolution::Options options;
      options.kernels = kernels;
      options.map = &c.map;
      options.output_stride = c.output_stride;
      if (c.add) options.residual = &c.map.output;
      options.residual_stride = c.output_stride;
      options.epilogue = c.epilogue;
      INFO("seed " << seed << ", " << kernels->name);
      REQUIRE(c.error(GroupedConvolution(weights, c.naive.groups, options, c.input_stride), 1 + static_cast<int>(seed % 3)) < 1e-4);
    }
  }
}

TEST_CASE("local weights exist for groups of 1, 4, 8 and 16 channels only") {
  const std::vector<float> values(64, 1);
  REQUIRE_THROWS_AS(LocalWeights(values.data(), 6, 2, 1), UsageError);
  REQUIRE_FALSE(LocalWeights::has_kernel(4, 8));
  const LocalWeights weights(values.data(), 8, 4, 1);
  const WindowMap map = sample_map(1);
  LocalConvolution::Options options;
  options.kernels = &best_kernel_set();
  options.weights = &weights;
  options.map = &map;
  options.channels = 6;  // not whole groups
  options.input_stride = options.output_stride = 16;
  REQUIRE_THROWS_AS(LocalConvolution(options), UsageError);
}
