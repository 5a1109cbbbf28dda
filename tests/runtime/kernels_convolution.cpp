#include "runtime/kernels/convolution.h"

#include "catch_compat.h"
#include "core/error.h"
#include "naive_convolution.h"

using namespace tnn;
using namespace tnn::kernels;
using namespace tnn::kernels::testing;

namespace {

/// A random dense convolution at a random width: full layer, active channels, parts, epilogue, residual.
struct Case {
  explicit Case(unsigned seed);
  /// The largest relative error of one kernel set.
  double error(const KernelSet& kernels, bool position_major, int threads) const;

  Random random;
  NaiveConvolution naive;
  int64_t full_outputs;
  std::vector<InputPart> parts;
  std::vector<float> x, weights, scale, shift, residual;
  bool add;
  Epilogue epilogue;
  ImageLayout input_layout, output_layout;
};

Case::Case(unsigned seed) : random(seed) {
  naive.shape = random_window(random, static_cast<size_t>(random.in(1, 3)), 9);
  naive.images = random.in(1, 3);
  full_outputs = random.in(1, random.chance(30) ? 150 : 40);
  naive.outputs = random.in(1, full_outputs);
  const int64_t part_count = random.in(1, 3);
  for (int64_t p = 0; p < part_count; ++p) {  // each part: some active channels, then some that are not
    const int64_t active = random.in(1, 20);
    parts.push_back({0, 0, naive.full_inputs - 1, active});
    for (int64_t c = 0; c < active; ++c) naive.weight_channel.push_back(naive.full_inputs - 1 + c);
    naive.full_inputs += active + random.in(0, 5);
  }
  x = random.values(naive.images * static_cast<int64_t>(naive.weight_channel.size()) * count(naive.shape.input));
  weights = random.values(full_outputs * naive.full_inputs * count(naive.shape.window.kernel));
  scale = random.values(round_up(full_outputs, 16));
  shift = random.values(round_up(full_outputs, 16));
  residual = random.values(naive.images * naive.outputs * count(naive.shape.output));
  add = random.chance(40);
  epilogue = {scale.data(), shift.data(), random.chance(50) ? 0 : -INFINITY, random.chance(30) ? 6 : INFINITY};
  input_layout = ImageLayout::dense(naive.shape.input);
  input_layout.widen_for(naive.shape.window, naive.shape.output);
  output_layout = ImageLayout::dense(naive.shape.output);
  for (int64_t& halo : output_layout.low_halo) halo = random.in(0, 2);
}

std::vector<double> finish(std::vector<double> sums, const Case& c) {
  const int64_t positions = count(c.naive.shape.output);
  for (size_t i = 0; i < sums.size(); ++i) {
    const size_t channel = i / static_cast<size_t>(positions) % static_cast<size_t>(c.naive.outputs);
    double value = sums[i] * static_cast<double>(c.scale[channel]) + static_cast<double>(c.shift[channel]);
    if (c.add) value += static_cast<double>(c.residual[i]);
    sums[i] = std::min<double>(c.epilogue.upper, std::max<double>(c.epilogue.lower, value));
  }
  return sums;
}

double Case::error(const KernelSet& kernels, bool position_major, int threads) const {
  const auto inputs = static_cast<int64_t>(naive.weight_channel.size());
  const int64_t input_stride = wide_pixel_stride(inputs), output_stride = wide_pixel_stride(naive.outputs);
  const std::vector<float> input = to_wide(x, input_layout, naive.images, inputs, input_stride);
  const ImageLayout residual_layout = ImageLayout::dense(naive.shape.output);
  const std::vector<float> residual_memory = to_wide(residual, residual_layout, naive.images, naive.outputs, output_stride);
  std::vector<float> output(static_cast<size_t>(naive.images * output_layout.pixels_per_image() * output_stride));
  const PackedWeights packed(weights.data(), full_outputs, naive.full_inputs, count(naive.shape.window.kernel));
  const WindowMap map = position_major ? position_major_map(naive.shape.window, input_layout, output_layout, naive.images)
                                       : window_map(naive.shape.window, input_layout, output_layout, naive.images);
  const std::vector<int32_t> residual_pixels =
      (position_major ? position_major_map(naive.shape.window, input_layout, residual_layout, naive.images)
                      : window_map(naive.shape.window, input_layout, residual_layout, naive.images))
          .output;
  WideConvolution::Options options;
  options.kernels = &kernels;
  options.weights = &packed;
  options.map = &map;
  options.parts = parts;
  for (int64_t p = 0, offset = 0; p < static_cast<int64_t>(parts.size()); ++p) {
    InputPart& part = options.parts[static_cast<size_t>(p)];
    part.offset = offset;
    part.pixel_stride = input_stride;
    offset += part.channels;
  }
  options.outputs = naive.outputs;
  options.output_stride = output_stride;
  if (add) options.residual = &residual_pixels;
  options.residual_stride = output_stride;
  options.epilogue = epilogue;
  const WideConvolution step(options);
  for (int thread = 0; thread < threads; ++thread)
    step.run({input.data(), output.data(), residual_memory.data()}, share_of(step.work(), thread, threads));
  return largest_error(output, finish(naive(x, weights), *this), output_layout, naive.images, naive.outputs, output_stride);
}

}  // namespace

TEST_CASE("the wide convolution of every instruction set equals plain loops") {
  for (unsigned seed = 0; seed < 150; ++seed) {
    const Case c(seed);
    for (const KernelSet* kernels : available_kernel_sets()) {
      INFO("seed " << seed << ", " << kernels->name);
      REQUIRE(c.error(*kernels, false, 1 + static_cast<int>(seed % 3)) < 1e-4);
      REQUIRE(c.error(*kernels, true, 1) < 1e-4);
    }
  }
}

TEST_CASE("one packed copy of the weights serves every width of a layer") {
  Random random(7);
  constexpr int64_t kFull = 67;
  const std::vector<float> weights = random.values(kFull * kFull * 9), ones(128, 1), zeros(128, 0);
  const PackedWeights packed(weights.data(), kFull, kFull, 9);
  const Window window{{3, 3}, {1, 1}, {1, 1}, {1, 1}};
  ImageLayout layout = ImageLayout::dense({5, 6});
  layout.widen_for(window, {5, 6});
  const WindowMap map = window_map(window, layout, layout, 1);
  for (const KernelSet* kernels : available_kernel_sets()) {
    for (int64_t width = 1; width <= kFull; ++width) {
      NaiveConvolution naive{{window, {5, 6}, {5, 6}}, 1, width, kFull, {}, 1};
      for (int64_t c = 0; c < width; ++c) naive.weight_channel.push_back(c);
      const std::vector<float> x = random.values(width * 30);
      const int64_t stride = wide_pixel_stride(width);
      const std::vector<float> input = to_wide(x, layout, 1, width, stride);
      std::vector<float> output(input.size());
      WideConvolution::Options options;
      options.kernels = kernels;
      options.weights = &packed;
      options.map = &map;
      options.parts = {{0, stride, 0, width}};
      options.outputs = width;
      options.output_stride = stride;
      options.epilogue = {ones.data(), zeros.data(), -INFINITY, INFINITY};
      const WideConvolution step(options);
      step.run({input.data(), output.data(), nullptr}, {0, step.work()});
      INFO("width " << width << ", " << kernels->name);
      REQUIRE(largest_error(output, naive(x, weights), layout, 1, width, stride) < 1e-4);
    }
  }
}

TEST_CASE("every wide kernel of every instruction set is a matrix product with its epilogue") {
  Random random(11);
  constexpr int64_t kTiles = 3, kPixels = kTiles * kMaxTilePixels;
  const int64_t channels = GENERATE(1, 21, 75);  // of which the last asks for weights 48 channels on
  CAPTURE(channels);
  const std::vector<float> weights = random.values(192 * channels), scale = random.values(192), shift = random.values(192);
  const PackedWeights packed(weights.data(), 192, channels, 1);
  const std::vector<float> x = random.values(kPixels * channels), residual = random.values(kPixels * 192);
  std::vector<int32_t> from(kPixels), to(kPixels), added(kPixels);
  for (int64_t q = 0; q < kPixels; ++q) {
    from[static_cast<size_t>(q)] = static_cast<int32_t>((7 * q + 3) % kPixels);
    to[static_cast<size_t>(q)] = static_cast<int32_t>((5 * q + 1) % kPixels);
    added[static_cast<size_t>(q)] = static_cast<int32_t>(11 * q % kPixels);
  }
  std::vector<double> expected(kPixels * 192);
  for (int64_t q = 0; q < kPixels; ++q)
    for (int64_t o = 0; o < 192; ++o) {
      const auto at = static_cast<size_t>(q);
      double sum = 0;
      for (int64_t i = 0; i < channels; ++i)
        sum += static_cast<double>(x[static_cast<size_t>(from[at] * channels + i)]) *
               static_cast<double>(weights[static_cast<size_t>(o * channels + i)]);
      expected[static_cast<size_t>(q * 192 + o)] = sum * static_cast<double>(scale[static_cast<size_t>(o)]) +
                                                   static_cast<double>(shift[static_cast<size_t>(o)]) +
                                                   static_cast<double>(residual[static_cast<size_t>(added[at] * 192 + o)]);
    }
  const int64_t half = channels / 2;
  const Segment whole{0, 0, channels, channels}, halves[2] = {{0, 0, channels, half}, {half, half * kBlock, channels, channels - half}};
  std::vector<InputStep> steps;
  for (int64_t i = 0; i < channels; ++i) steps.push_back({i, i * kBlock});
  for (const KernelSet* kernels : available_kernel_sets())
    for (int p = 1; p <= kMaxTilePixels; ++p)
      for (int v = 1; v <= kMaxTileVectors; ++v) {
        if (!kernels->wide[p][v]) continue;
        WideTile tile;
        tile.input = x.data();
        tile.input_pixels = from.data();
        tile.output_pixels = to.data();
        tile.residual = residual.data();
        tile.residual_pixels = added.data();
        tile.residual_stride = 192;
        tile.segments = &whole;
        tile.segment_count = 1;
        tile.weights = packed.data();
        tile.block_stride = packed.block_stride();
        tile.output_stride = 208;
        tile.tiles = kTiles;
        tile.epilogue = {scale.data(), shift.data(), -INFINITY, INFINITY};
        WideTile asking = tile, in_halves = tile, in_steps = tile;
        asking.ahead = packed.data();
        in_halves.segments = halves;
        in_halves.segment_count = 2;
        in_steps.steps = steps.data();
        in_steps.step_count = channels;
        for (WideTile* way : {&tile, &asking, &in_halves, &in_steps}) {
          std::vector<float> y(kPixels * 208, -7);
          way->output = y.data();
          kernels->wide[p][v](*way);
          double error = 0;
          for (int64_t q = 0; q < kTiles * p; ++q) {
            const float* const pixel = y.data() + to[static_cast<size_t>(q)] * int64_t{208};
            for (int64_t o = 0; o < v * kernels->lanes; ++o)
              error = std::max(error, std::abs(expected[static_cast<size_t>(q * 192 + o)] - static_cast<double>(pixel[o])));
            if (pixel[v * kernels->lanes] != -7) error = INFINITY;
          }
          INFO(kernels->name << " " << p << " x " << v);
          REQUIRE(error < 1e-4);
        }
      }
}

TEST_CASE("a wide convolution whose inputs are all closed is its shift") {
  const std::vector<float> source(size_t{40} * 8), scale(64, 2.0F), shift(64, 0.5F);
  const PackedWeights weights(source.data(), 40, 8, 1);
  const WindowMap map = sample_map(7);
  for (const KernelSet* kernels : available_kernel_sets()) {
    INFO(kernels->name);
    WideConvolution::Options options;
    options.kernels = kernels;
    options.weights = &weights;
    options.map = &map;
    options.outputs = 40;
    options.output_stride = 48;
    options.epilogue = {scale.data(), shift.data(), 0, 1};
    const WideConvolution step(options);
    std::vector<float> input(64), output(size_t{7} * 48, -1.0F);
    step.run({input.data(), output.data(), nullptr}, {0, step.work()});
    for (size_t i = 0; i < output.size(); ++i)
      if (i % 48 < 40) REQUIRE(output[i] == 0.5F);
  }
}

TEST_CASE("a wide convolution refuses what its weights or memory do not hold") {
  const std::vector<float> weights(4 * 3, 1), vectors(16, 1);
  const PackedWeights packed(weights.data(), 4, 3, 1);
  const WindowMap map = sample_map(1);
  WideConvolution::Options good;
  good.kernels = &best_kernel_set();
  good.weights = &packed;
  good.map = &map;
  good.parts = {{0, 16, 0, 3}};
  good.outputs = 4;
  good.output_stride = 16;
  good.epilogue = {vectors.data(), vectors.data(), 0, 0};
  REQUIRE_NOTHROW(WideConvolution(good));
  auto bad = good;
  bad.outputs = 5;
  REQUIRE_THROWS_AS(WideConvolution(bad), UsageError);
  bad = good;
  bad.output_stride = 4;
  REQUIRE_THROWS_AS(WideConvolution(bad), UsageError);
  bad = good;
  bad.parts = {{0, 16, 1, 3}};
  REQUIRE_THROWS_AS(WideConvolution(bad), UsageError);
}

TEST_CASE("instruction sets are chosen by name and an unknown name lists those there are") {
  REQUIRE(kernel_set("scalar").lanes == 4);
  REQUIRE(available_kernel_sets().front() == &best_kernel_set());
  REQUIRE_THROWS_WITH(kernel_set("mmx"), Catch::Matchers::ContainsSubstring("scalar"));
}
