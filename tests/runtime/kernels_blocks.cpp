#include "catch_compat.h"
#include "naive_convolution.h"
#include "runtime/kernels/convolution.h"

using namespace tnn;
using namespace tnn::kernels;
using namespace tnn::kernels::testing;

namespace {

constexpr int64_t kMapImages = 3, kImages = 2;
constexpr float kUntouched = -7;

float as_float(float value) { return value; }
float as_float(Bf16 value) { return to_float(value); }

template <typename Element>
std::vector<Element> stored(const std::vector<float>& values) {
  std::vector<Element> result;
  if constexpr (std::is_same_v<Element, float>)
    result = values;
  else
    for (const float value : values) result.push_back(to_bf16(value));
  return result;
}

/// A layer whose inputs are many times as large as what a block takes of them, with values that bf16 holds.
struct Case {
  Case(int64_t kernel, int64_t inputs, int64_t outputs);
  /// The largest relative error of each way to cut the work into shares, over the first images of the map.
  template <typename Element>
  double error(const KernelSet& kernels) const;
  template <typename Element>
  double error(const BasicWideConvolution<Element>& step, const std::vector<Element>& input, int64_t parts) const;

  Random random{5};
  NaiveConvolution naive;
  std::vector<float> x, weights, ones, zeros;
  std::vector<double> expected;
  ImageLayout input_layout, output_layout;
  WindowMap map;
};

Case::Case(int64_t kernel, int64_t inputs, int64_t outputs) : ones(256, 1), zeros(256, 0) {
  const Extent extent{19, 21};
  naive.shape = {{{kernel, kernel}, {1, 1}, {kernel / 2, kernel / 2}, {1, 1}}, extent, extent};
  naive.images = kImages;
  naive.outputs = outputs;
  naive.full_inputs = inputs;
  for (int64_t c = 0; c < inputs; ++c) naive.weight_channel.push_back(c);
  x = random.values(kImages * inputs * count(extent));
  weights = random.values(outputs * inputs * kernel * kernel);
  for (std::vector<float>* values : {&x, &weights})
    for (float& value : *values) value = to_float(to_bf16(value));
  expected = naive(x, weights);
  input_layout = output_layout = ImageLayout::dense(extent);
  input_layout.widen_for(naive.shape.window, extent);
  map = window_map(naive.shape.window, input_layout, output_layout, kMapImages);
}

template <typename Element>
double Case::error(const BasicWideConvolution<Element>& step, const std::vector<Element>& input, int64_t parts) const {
  const int64_t stride = wide_pixel_stride(naive.outputs), used = kImages * output_layout.pixels_per_image() * stride;
  const std::vector<float> untouched(static_cast<size_t>(kMapImages * output_layout.pixels_per_image() * stride), kUntouched);
  std::vector<Element> output = stored<Element>(untouched);
  for (int64_t part = parts - 1; part >= 0; --part)  // in no order that a later share could rely on
    step.run({input.data(), output.data(), nullptr}, share_of(step.work(kImages), static_cast<int>(part), static_cast<int>(parts)),
             kImages);
  std::vector<float> result;
  for (const Element value : output) result.push_back(as_float(value));
  for (auto rest = result.begin() + used; rest != result.end(); ++rest)
    if (*rest != kUntouched) return INFINITY;
  return largest_error(result, expected, output_layout, kImages, naive.outputs, stride);
}

template <typename Element>
double Case::error(const KernelSet& kernels) const {
  const auto inputs = static_cast<int64_t>(naive.weight_channel.size());
  const int64_t stride = wide_pixel_stride(inputs);
  const std::vector<Element> input = stored<Element>(to_wide(x, input_layout, kImages, inputs, stride));
  const BasicPackedWeights<Element> packed(weights.data(), naive.outputs, inputs, count(naive.shape.window.kernel));
  typename BasicWideConvolution<Element>::Options options;
  options.kernels = &kernels;
  options.weights = &packed;
  options.map = &map;
  options.parts = {{0, stride, 0, inputs}};
  options.outputs = naive.outputs;
  options.output_stride = wide_pixel_stride(naive.outputs);
  options.epilogue = {ones.data(), zeros.data(), -INFINITY, INFINITY};
  const BasicWideConvolution<Element> step(options);
  REQUIRE(step.tiling().chunks.size() > 1);
  double largest = 0;
  for (const int64_t parts : {int64_t{1}, int64_t{7}, step.work(kImages)}) largest = std::max(largest, error(step, input, parts));
  return largest;
}

}  // namespace

TEST_CASE("a wide convolution of many blocks and chunks equals plain loops however its work is cut") {
  for (const Case& c : {Case(1, 700, 200), Case(3, 512, 100)})
    for (const KernelSet* kernels : available_kernel_sets()) {
      INFO(c.naive.full_inputs << " inputs, " << kernels->name);
      REQUIRE(c.error<float>(*kernels) < 1e-4);
    }
}

TEST_CASE("a bf16 convolution of many blocks and chunks equals plain loops however its work is cut") {
  if (!bf16_kernel_set()) TNN_SKIP("this processor has no AVX512_BF16");
  for (const Case& c : {Case(1, 1000, 200), Case(3, 512, 100)}) REQUIRE(c.error<Bf16>(best_kernel_set()) < 1.0 / 256);
}
