#pragma once

#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "graph/node.h"
#include "runtime/kernels/image_layout.h"

/// What the kernels are held against: plain loops in double precision over dense tensors, and the way from those to the kernels' layouts.
namespace tnn::kernels::testing {

using Extent = std::vector<int64_t>;

inline int64_t count(const Extent& extent) {
  int64_t product = 1;
  for (const int64_t size : extent) product *= size;
  return product;
}

/// A source of reproducible shapes and values.
class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  int64_t in(int64_t low, int64_t high) { return low + static_cast<int64_t>(engine_() % static_cast<uint64_t>(high - low + 1)); }
  bool chance(int percent) { return in(0, 99) < percent; }
  float value() { return static_cast<float>(in(-1000, 1000)) / 1000.0F; }
  std::vector<float> values(int64_t size) {
    std::vector<float> result(static_cast<size_t>(size));
    for (float& v : result) v = value();
    return result;
  }

 private:
  std::mt19937_64 engine_;
};

/// A window that fits an extent, and the extent of its result.
struct RandomWindow {
  Window window;
  Extent input, output;
};
inline RandomWindow random_window(Random& random, size_t dimensions, int64_t largest) {
  RandomWindow r;
  for (size_t d = 0; d < dimensions; ++d) {
    const int64_t kernel = random.in(1, 4), stride = random.in(1, 3), dilation = random.in(1, 2), padding = random.in(0, 2);
    const int64_t reach = (kernel - 1) * dilation + 1;
    const int64_t size = std::max<int64_t>(reach - 2 * padding, random.in(1, largest));
    r.window.kernel.push_back(kernel);
    r.window.stride.push_back(stride);
    r.window.dilation.push_back(dilation);
    r.window.padding.push_back(padding);
    r.input.push_back(size);
    r.output.push_back((size + 2 * padding - reach) / stride + 1);
  }
  return r;
}

/// Where tap `k` of output position `o` reads: an index into the dense image, or -1 in the padding.
inline int64_t tap_position(const Window& window, const Extent& input, const Extent& o, const Extent& k) {
  int64_t index = 0;
  for (size_t d = 0; d < input.size(); ++d) {
    const int64_t at = o[d] * window.stride[d] - window.padding[d] + k[d] * window.dilation[d];
    if (at < 0 || at >= input[d]) return -1;
    index = index * input[d] + at;
  }
  return index;
}

/// Convolution of `x` [images][channels_in][input] with `weights` [full_out][full_in / groups][taps], of which the first `outputs` and, by
/// `weight_channel`, some inputs are active. Result [images][outputs][output].
struct NaiveConvolution {
  RandomWindow shape;
  int64_t images = 1, outputs = 1, full_inputs = 1;
  std::vector<int64_t> weight_channel;  ///< of each active input
  int64_t groups = 1;                   ///< active groups; inputs and outputs are split evenly among them

  std::vector<double> operator()(const std::vector<float>& x, const std::vector<float>& weights) const {
    const int64_t positions = count(shape.output), taps = count(shape.window.kernel), area = count(shape.input);
    const auto inputs = static_cast<int64_t>(weight_channel.size());
    const int64_t inputs_each = inputs / groups, outputs_each = outputs / groups;
    std::vector<double> y(static_cast<size_t>(images * outputs * positions), 0);
    int64_t position = 0;
    for_each_position(shape.output, [&](const Extent& o) {
      int64_t tap = 0;
      for_each_position(shape.window.kernel, [&](const Extent& k) {
        const int64_t at = tap_position(shape.window, shape.input, o, k);
        if (at >= 0)
          for (int64_t n = 0; n < images; ++n)
            for (int64_t out = 0; out < outputs; ++out)
              for (int64_t i = 0; i < inputs_each; ++i) {
                const int64_t in = out / outputs_each * inputs_each + i;
                const int64_t row = out * full_inputs + (groups > 1 ? i : weight_channel[static_cast<size_t>(in)]);
                y[static_cast<size_t>((n * outputs + out) * positions + position)] +=
                    static_cast<double>(weights[static_cast<size_t>(row * taps + tap)]) *
                    static_cast<double>(x[static_cast<size_t>((n * inputs + in) * area + at)]);
              }
        ++tap;
      });
      ++position;
    });
    return y;
  }
};

/// A dense [images][channels][extent] tensor in the wide layout; what lies between (halo, padding lanes) holds `filler` in lanes beyond the
/// channels, to show that nobody reads them, and 0 in the halo.
inline std::vector<float> to_wide(const std::vector<float>& dense, const ImageLayout& layout, int64_t images, int64_t channels,
                                  int64_t pixel_stride, float filler = NAN) {
  std::vector<float> wide(static_cast<size_t>(images * layout.pixels_per_image() * pixel_stride + 64), 0);
  for (int64_t pixel = 0; pixel < images * layout.pixels_per_image(); ++pixel)
    for (int64_t c = channels; c < pixel_stride; ++c) wide[static_cast<size_t>(pixel * pixel_stride + c)] = filler;
  size_t from = 0;
  for (int64_t n = 0; n < images; ++n)
    for (int64_t c = 0; c < channels; ++c)
      for_each_position(layout.extent,
                        [&](const Extent& p) { wide[static_cast<size_t>(layout.pixel(n, p) * pixel_stride + c)] = dense[from++]; });
  return wide;
}

/// The largest difference of a wide result from the expected dense one, relative to 1 + |expected|; NaN counts as infinite.
inline double largest_error(const std::vector<float>& wide, const std::vector<double>& expected, const ImageLayout& layout, int64_t images,
                            int64_t channels, int64_t pixel_stride) {
  double largest = 0;
  size_t from = 0;
  for (int64_t n = 0; n < images; ++n)
    for (int64_t c = 0; c < channels; ++c)
      for_each_position(layout.extent, [&](const Extent& p) {
        const double value = wide[static_cast<size_t>(layout.pixel(n, p) * pixel_stride + c)], wanted = expected[from++];
        const double error = std::abs(value - wanted) / (1 + std::abs(wanted));
        largest = std::isnan(error) ? INFINITY : std::max(largest, error);
      });
  return largest;
}

}  // namespace tnn::kernels::testing
