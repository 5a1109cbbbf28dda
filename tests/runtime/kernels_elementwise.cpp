#include "runtime/kernels/elementwise.h"

#include "catch_compat.h"
#include "naive_convolution.h"
#include "runtime/kernels/pooling.h"

using namespace tnn;
using namespace tnn::kernels;
using namespace tnn::kernels::testing;

namespace {

std::vector<double> naive_pool(const std::vector<float>& x, int64_t images, int64_t channels, const RandomWindow& shape, PoolKind kind) {
  std::vector<double> y;
  const int64_t area = count(shape.input);
  for (int64_t plane = 0; plane < images * channels; ++plane)
    for_each_position(shape.output, [&](const Extent& o) {
      double sum = 0, largest = -INFINITY, size = 1;
      for (size_t d = 0; d < o.size(); ++d) {
        const int64_t begin = o[d] * shape.window.stride[d] - shape.window.padding[d];
        size *= static_cast<double>(std::min(begin + shape.window.kernel[d], shape.input[d] + shape.window.padding[d]) - begin);
      }
      for_each_position(shape.window.kernel, [&](const Extent& k) {
        const int64_t at = tap_position(shape.window, shape.input, o, k);
        if (at < 0) return;
        const double value = x[static_cast<size_t>(plane * area + at)];
        sum += value;
        largest = std::max(largest, value);
      });
      y.push_back(kind == PoolKind::max ? largest : sum / size);
    });
  return y;
}

/// A window as pooling has it: padding at most half the kernel, no dilation; sometimes one position more, as ceil_mode gives.
RandomWindow pool_window(Random& random, size_t dimensions) {
  RandomWindow r;
  for (size_t d = 0; d < dimensions; ++d) {
    const int64_t kernel = random.in(1, 4), stride = random.in(1, 3), padding = random.in(0, kernel / 2), size = random.in(kernel, 9);
    const int64_t room = size + 2 * padding - kernel;
    int64_t output = room / stride + 1;
    if (room % stride != 0 && output * stride < size + padding && random.chance(50)) ++output;
    r.window.kernel.push_back(kernel);
    r.window.stride.push_back(stride);
    r.window.padding.push_back(padding);
    r.window.dilation.push_back(1);
    r.input.push_back(size);
    r.output.push_back(output);
  }
  return r;
}

}  // namespace

TEST_CASE("pooling of every instruction set equals plain loops, padding and ceil_mode included") {
  for (unsigned seed = 0; seed < 100; ++seed) {
    Random random(seed);
    const RandomWindow shape = pool_window(random, static_cast<size_t>(random.in(1, 3)));
    const int64_t images = random.in(1, 3), channels = random.in(1, 90), stride = wide_pixel_stride(channels);
    const std::vector<float> x = random.values(images * channels * count(shape.input));
    ImageLayout in = ImageLayout::dense(shape.input);
    in.low_halo.front() = random.in(0, 2);
    const ImageLayout out = ImageLayout::dense(shape.output);
    const std::vector<float> input = to_wide(x, in, images, channels, stride);
    const PoolMap map = pool_map(shape.window, in, out, images);
    for (const KernelSet* kernels : available_kernel_sets())
      for (const PoolKind kind : {PoolKind::max, PoolKind::average}) {
        std::vector<float> output(static_cast<size_t>(images * out.pixels_per_image() * stride));
        const PoolStep step{kernels, &map, kind, channels, stride, stride};
        for (int thread = 0; thread < 2; ++thread) step.run({input.data(), output.data(), nullptr}, share_of(step.work(), thread, 2));
        INFO("seed " << seed << ", " << kernels->name);
        REQUIRE(largest_error(output, naive_pool(x, images, channels, shape, kind), out, images, channels, stride) < 1e-5);
      }
  }
}

TEST_CASE("global pooling is pooling with a window of the whole map") {
  Random random(3);
  const ImageLayout in = ImageLayout::dense({3, 5}), out = ImageLayout::dense({1, 1});
  const int64_t images = 2, channels = 21, stride = wide_pixel_stride(channels);
  const std::vector<float> x = random.values(images * channels * 15), input = to_wide(x, in, images, channels, stride);
  const PoolMap map = global_pool_map(in, out, images);
  const RandomWindow whole{{{3, 5}, {1, 1}, {0, 0}, {1, 1}}, {3, 5}, {1, 1}};
  for (const KernelSet* kernels : available_kernel_sets())
    for (const PoolKind kind : {PoolKind::max, PoolKind::average}) {
      std::vector<float> output(static_cast<size_t>(images * stride));
      const PoolStep step{kernels, &map, kind, channels, stride, stride};
      step.run({input.data(), output.data(), nullptr}, {0, step.work()});
      REQUIRE(largest_error(output, naive_pool(x, images, channels, whole, kind), out, images, channels, stride) < 1e-5);
    }
}

TEST_CASE("element-wise rows of every instruction set are what their formulas say") {
  for (unsigned seed = 0; seed < 30; ++seed) {
    Random random(seed);
    const int64_t channels = random.in(1, 60), stride = wide_pixel_stride(channels), images = random.in(1, 3);
    const ImageLayout layout = ImageLayout::dense({random.in(1, 4), random.in(1, 4)});
    const int64_t size = images * channels * layout.positions();
    const std::vector<float> a = random.values(size), b = random.values(size), scale = random.values(channels + 16),
                             shift = random.values(channels + 16);
    const std::vector<float> wide_a = to_wide(a, layout, images, channels, stride), wide_b = to_wide(b, layout, images, channels, stride);
    const std::vector<int32_t> pixels = interior_pixels(layout, images);
    const Share all{0, static_cast<int64_t>(pixels.size())};
    std::vector<float> y(wide_a.size());
    const WideInput in_a{wide_a.data(), stride, &pixels}, in_b{wide_b.data(), stride, &pixels};
    const WideOutput out{y.data(), stride, &pixels};
    const auto error = [&](auto formula) {
      std::vector<double> expected;
      for (size_t i = 0; i < a.size(); ++i)
        expected.push_back(formula(static_cast<double>(a[i]), static_cast<double>(b[i]),
                                   i / static_cast<size_t>(layout.positions()) % static_cast<size_t>(channels)));
      return largest_error(y, expected, layout, images, channels, stride);
    };
    for (const KernelSet* kernels : available_kernel_sets()) {
      run_add(*kernels, in_a, in_b, out, channels, 0, 0.5F, all);
      REQUIRE(error([](double p, double q, size_t) { return std::clamp(p + q, 0.0, 0.5); }) < 1e-6);
      run_limit(*kernels, in_a, out, channels, -0.25F, INFINITY, all);
      REQUIRE(error([](double p, double, size_t) { return std::max(p, -0.25); }) < 1e-6);
      run_affine(*kernels, in_a, out, channels, {scale.data(), shift.data(), 0, INFINITY}, all);
      REQUIRE(error([&](double p, double, size_t c) {
                return std::max(0.0, p * static_cast<double>(scale[c]) + static_cast<double>(shift[c]));
              }) < 1e-6);
    }
    for (const KernelSet* kernels : available_kernel_sets()) {
      const double epsilon = 1e-3;
      std::vector<double> mean(pixels.size()), variance(pixels.size());
      const auto pixel_of = [&](size_t i) {  // of channel-major numbers
        const auto positions = static_cast<size_t>(layout.positions());
        return i / positions / static_cast<size_t>(channels) * positions + i % positions;
      };
      for (size_t i = 0; i < a.size(); ++i) mean[pixel_of(i)] += static_cast<double>(a[i]) / static_cast<double>(channels);
      for (size_t i = 0; i < a.size(); ++i)
        variance[pixel_of(i)] += std::pow(static_cast<double>(a[i]) - mean[pixel_of(i)], 2) / static_cast<double>(channels);
      run_layer_norm(*kernels, in_a, out, channels, static_cast<float>(epsilon), {scale.data(), shift.data(), -INFINITY, 1}, all);
      std::vector<double> expected;
      for (size_t i = 0; i < a.size(); ++i) {
        const size_t c = i / static_cast<size_t>(layout.positions()) % static_cast<size_t>(channels), p = pixel_of(i);
        const double normal = (static_cast<double>(a[i]) - mean[p]) / std::sqrt(variance[p] + epsilon);
        expected.push_back(std::min(1.0, normal * static_cast<double>(scale[c]) + static_cast<double>(shift[c])));
      }
      REQUIRE(largest_error(y, expected, layout, images, channels, stride) < 1e-5);
    }
    run_sigmoid(in_a, out, channels, all);
    REQUIRE(error([](double p, double, size_t) { return 1 / (1 + std::exp(-p)); }) < 1e-6);
    std::vector<int32_t> reversed;
    for (int64_t c = channels - 1; c >= 0; --c) reversed.push_back(static_cast<int32_t>(c));
    run_permute(in_a, out, reversed, all);
    std::vector<float> twice(y.size());
    run_permute({y.data(), stride, &pixels}, {twice.data(), stride, &pixels}, reversed, all);
    y = twice;
    REQUIRE(error([](double p, double, size_t) { return p; }) == 0);
  }
}

TEST_CASE("channel-major and wide are each other's inverse") {
  Random random(5);
  ImageLayout layout = ImageLayout::dense({3, 4});
  layout.low_halo = {1, 2};
  layout.high_halo = {0, 1};
  const int64_t images = 2, channels = 19, stride = wide_pixel_stride(channels);
  const std::vector<float> x = random.values(images * channels * 12);
  const std::vector<int32_t> pixels = interior_pixels(layout, images);
  std::vector<float> wide(static_cast<size_t>(images * layout.pixels_per_image() * stride), 9), back(x.size());
  clear_pixels(wide.data(), halo_pixels(layout, images), stride, channels);
  channel_major_to_wide(x.data(), {wide.data(), stride, &pixels}, channels, 12, {0, images});
  REQUIRE(largest_error(wide, {x.begin(), x.end()}, layout, images, channels, stride) == 0);
  for (const int32_t pixel : halo_pixels(layout, images)) REQUIRE(wide[static_cast<size_t>(pixel * stride + channels - 1)] == 0);
  wide_to_channel_major({wide.data(), stride, &pixels}, back.data(), channels, 12, channels * 12, {0, images});
  REQUIRE(back == x);
}
