#include "catch_compat.h"
#include "core/error.h"
#include "naive_convolution.h"
#include "runtime/kernels/winograd.h"

using namespace tnn;
using namespace tnn::kernels;
using namespace tnn::kernels::testing;

namespace {

/// A random 3x3 layer at a random width.
struct Case {
  explicit Case(unsigned seed);
  void choose_parts();
  void choose_groups();
  /// `plain`: the filters are transformed as it runs.
  double error(const KernelSet& kernels, int threads, bool plain = false) const;
  bool can_be_plain() const { return group_size == 0 && parts.size() == 1; }

  Random random;
  NaiveConvolution naive;
  int64_t full_outputs, group_size = 0;
  std::vector<InputPart> parts;
  std::vector<float> x, weights, scale, shift, residual;
  bool add;
};

Case::Case(unsigned seed) : random(seed) {
  const Extent extent{2 * random.in(1, 6), 2 * random.in(1, 6)};
  naive.shape = {{{3, 3}, {1, 1}, {1, 1}, {1, 1}}, extent, extent};
  naive.images = random.in(1, 3);
  if (random.chance(40))
    choose_groups();
  else
    choose_parts();
  x = random.values(naive.images * static_cast<int64_t>(naive.weight_channel.size()) * count(extent));
  weights = random.values(full_outputs * naive.full_inputs * 9);
  scale = random.values(round_up(full_outputs, 16) + 16);
  shift = random.values(round_up(full_outputs, 16) + 16);
  residual = random.values(naive.images * naive.outputs * count(extent));
  add = random.chance(40);
}

/// Every output sees all inputs.
void Case::choose_parts() {
  full_outputs = random.in(1, random.chance(30) ? 300 : 40);
  naive.outputs = random.in(1, full_outputs);
  naive.full_inputs += random.chance(30) ? random.in(1, 20) : 0;  // closed channels before the first
  for (int64_t p = random.in(1, 3); p > 0; --p) {
    const int64_t active = random.in(1, random.chance(20) ? 100 : 20);
    parts.push_back({0, 0, naive.full_inputs - 1, active});
    for (int64_t c = 0; c < active; ++c) naive.weight_channel.push_back(naive.full_inputs - 1 + c);
    naive.full_inputs += active + random.in(0, 5);
  }
}

void Case::choose_groups() {
  constexpr int64_t kSizes[] = {8, 16, 32, 48, 96};
  group_size = kSizes[random.in(0, 4)];
  const int64_t groups = random.in(1, 5);
  naive.groups = random.in(1, groups);
  full_outputs = groups * group_size;
  naive.outputs = naive.groups * group_size;
  naive.full_inputs = group_size;
  for (int64_t i = 0; i < naive.outputs; ++i) naive.weight_channel.push_back(i % group_size);
  parts.push_back({0, 0, 0, naive.outputs});
  if (random.chance(30)) parts.front().channels += group_size;  // wider than the outputs
}

double Case::error(const KernelSet& kernels, int threads, bool plain) const {
  const auto inputs = static_cast<int64_t>(naive.weight_channel.size());
  const int64_t input_stride = wide_pixel_stride(inputs + 15), output_stride = wide_pixel_stride(naive.outputs);
  const WinogradWeights transformed(weights.data(), full_outputs, naive.full_inputs, group_size > 0);
  WinogradConvolution::Options options;
  options.kernels = &kernels;
  const PackedWeights as_they_are(weights.data(), full_outputs, naive.full_inputs, 9);
  if (plain)
    options.plain = &as_they_are;
  else
    options.weights = &transformed;
  options.input = options.output = options.residual = ImageLayout::dense(naive.shape.output);
  options.input.widen_for(naive.shape.window, naive.shape.output);
  options.output.low_halo = {1, 2};
  options.images = naive.images;
  options.threads = threads;
  int64_t offset = 0;
  for (InputPart part : parts) {
    part.offset = offset;
    part.pixel_stride = input_stride;
    offset += part.channels;
    options.parts.push_back(part);
  }
  options.outputs = naive.outputs;
  options.group_size = group_size;
  options.output_stride = options.residual_stride = output_stride;
  options.adds_residual = add;
  options.epilogue = {scale.data(), shift.data(), 0, 6};
  const std::vector<float> input = to_wide(x, options.input, naive.images, inputs, input_stride);
  const std::vector<float> residual_memory = to_wide(residual, options.residual, naive.images, naive.outputs, output_stride);
  std::vector<float> output(static_cast<size_t>(naive.images * options.output.pixels_per_image() * output_stride));
  const ImageLayout written = options.output;
  const WinogradConvolution step(options);
  for (int thread = 0; thread < threads; ++thread) {
    std::vector<float> scratch(static_cast<size_t>(step.scratch_floats()), NAN);
    step.run({input.data(), output.data(), residual_memory.data()}, share_of(step.work(naive.images), thread, threads), naive.images,
             scratch.data());
  }
  std::vector<double> expected = naive(x, weights);
  const auto positions = static_cast<size_t>(count(naive.shape.output));
  for (size_t i = 0; i < expected.size(); ++i) {
    const size_t channel = i / positions % static_cast<size_t>(naive.outputs);
    expected[i] = expected[i] * static_cast<double>(scale[channel]) + static_cast<double>(shift[channel]);
    if (add) expected[i] += static_cast<double>(residual[i]);
    expected[i] = std::min(6.0, std::max(0.0, expected[i]));
  }
  return largest_error(output, expected, written, naive.images, naive.outputs, output_stride);
}

const std::vector<float> kOnes(64, 1.0F);

/// 24 outputs over a map of 4x4, without weights.
WinogradConvolution::Options small_layer(int64_t inputs) {
  WinogradConvolution::Options options;
  options.kernels = &best_kernel_set();
  options.input = options.output = ImageLayout::dense({4, 4});
  options.parts = {{0, wide_pixel_stride(inputs), 0, inputs}};
  options.outputs = 24;
  options.output_stride = 32;
  options.epilogue = {kOnes.data(), kOnes.data(), 0, 1};
  return options;
}

}  // namespace

TEST_CASE("minimal filtering equals plain loops in every instruction set and width") {
  for (unsigned seed = 0; seed < 120; ++seed) {
    const Case c(seed);
    for (const KernelSet* kernels : available_kernel_sets()) {
      INFO("seed " << seed << ", " << kernels->name);
      REQUIRE(c.error(*kernels, 1 + static_cast<int>(seed % 3)) < 1e-5);
      if (c.can_be_plain()) REQUIRE(c.error(*kernels, 1 + static_cast<int>(seed % 3), true) < 1e-5);
    }
  }
}

TEST_CASE("minimal filtering fits groups of 8 channels and of blocks of 16") {
  for (const int64_t size : {8, 16, 48}) CHECK(winograd_fits_groups(size, size));
  for (const int64_t size : {1, 4, 12, 24}) CHECK_FALSE(winograd_fits_groups(size, size));
  CHECK_FALSE(winograd_fits_groups(8, 16));
  const std::vector<float> weights(size_t{32} * 8 * 9);
  const WinogradWeights transformed(weights.data(), 32, 8, true);
  WinogradConvolution::Options options = small_layer(32);
  options.weights = &transformed;
  options.group_size = 8;
  CHECK_NOTHROW(WinogradConvolution(options));
  options.outputs = 20;
  CHECK_THROWS_AS(WinogradConvolution(options), UsageError);
  options.outputs = 16;
  options.parts.push_back(options.parts.front());
  CHECK_THROWS_AS(WinogradConvolution(options), UsageError);
}

TEST_CASE("filters are transformed as minimal filtering runs for one part of inputs and no groups") {
  const std::vector<float> weights(size_t{32} * 8 * 9);
  const PackedWeights plain(weights.data(), 32, 8, 9), of_one_tap(weights.data(), 32, 8, 1), of_few_outputs(weights.data(), 16, 8, 9);
  WinogradConvolution::Options options = small_layer(8);
  CHECK_THROWS_AS(WinogradConvolution(options), UsageError);  // no weights
  options.plain = &of_few_outputs;
  CHECK_THROWS_AS(WinogradConvolution(options), UsageError);
  options.plain = &plain;
  CHECK_NOTHROW(WinogradConvolution(options));
  options.plain = &of_one_tap;
  CHECK_THROWS_AS(WinogradConvolution(options), UsageError);
  options.plain = &plain;
  options.group_size = 8;
  CHECK_THROWS_AS(WinogradConvolution(options), UsageError);
  options.group_size = 0;
  options.parts.push_back(options.parts.front());
  CHECK_THROWS_AS(WinogradConvolution(options), UsageError);
}

TEST_CASE("minimal filtering fits windows of 3x3 with stride and padding 1 over even maps alone") {
  const Window fitting{{3, 3}, {1, 1}, {1, 1}, {1, 1}};
  CHECK(winograd_fits(fitting, {8, 2}));
  CHECK_FALSE(winograd_fits(fitting, {7, 8}));
  for (Window other : {Window{{3, 3}, {2, 2}, {1, 1}, {1, 1}}, Window{{3, 3}, {1, 1}, {0, 0}, {1, 1}},
                       Window{{3, 3}, {1, 1}, {1, 1}, {2, 2}}, Window{{5, 5}, {1, 1}, {2, 2}, {1, 1}}})
    CHECK_FALSE(winograd_fits(other, {8, 8}));
}
