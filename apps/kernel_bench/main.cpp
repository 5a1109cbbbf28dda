// The wide and the planar convolution kernel on layer shapes of well-known networks at several widths, against the processor's measured FMA
// peak.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "runtime/kernels/planar_convolution.h"

namespace {
using namespace tnn;
using namespace tnn::kernels;

struct Layer {
  const char* network;
  int64_t inputs, outputs, size, kernel, stride;
};

constexpr Layer kLayers[] = {
    {"VGG", 64, 64, 32, 3, 1},       {"VGG", 64, 128, 16, 3, 1},     {"VGG", 128, 128, 16, 3, 1},      {"VGG", 256, 256, 8, 3, 1},
    {"VGG", 512, 512, 4, 3, 1},      {"VGG", 512, 512, 2, 3, 1},     {"ResNet", 64, 64, 56, 3, 1},     {"ResNet", 256, 64, 56, 1, 1},
    {"ResNet", 128, 128, 56, 3, 2},  {"ResNet", 512, 2048, 7, 1, 1}, {"MobileNet", 64, 128, 16, 1, 1}, {"MobileNet", 512, 512, 4, 1, 1},
    {"DenseNet", 192, 48, 32, 1, 1}, {"DenseNet", 48, 12, 32, 3, 1}, {"linear", 4096, 4096, 1, 1, 1},
};

double seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

/// The least seconds of a call, over about `budget` seconds.
template <typename Call>
double least_seconds(double budget, Call call) {
  double least = std::numeric_limits<double>::infinity();
  const double begin = seconds();
  do {
    const double start = seconds();
    call();
    least = std::min(least, seconds() - start);
  } while (seconds() - begin < budget);
  return least;
}

double peak_gflops(const KernelSet& kernels) {
  double operations = 0;
  float result[kBlock];
  const double time = least_seconds(0.1, [&] { operations = kernels.fma_chains(20000, result); });
  return operations / time * 1e-9;
}

/// One layer at one width and all it needs.
class Bench {
 public:
  Bench(const KernelSet& kernels, const Layer& layer, double width, int64_t images) {
    inputs_ = std::max<int64_t>(1, std::lround(static_cast<double>(layer.inputs) * width));
    outputs_ = std::max<int64_t>(1, std::lround(static_cast<double>(layer.outputs) * width));
    const int64_t size = (layer.size + layer.stride - 1) / layer.stride, padding = layer.kernel / 2;
    const Window window{{layer.kernel, layer.kernel}, {layer.stride, layer.stride}, {padding, padding}, {1, 1}};
    ImageLayout in = ImageLayout::dense({layer.size, layer.size}), out = ImageLayout::dense({size, size});
    in.widen_for(window, out.extent);
    map_ = images >= 8 && size <= 8 && layer.kernel > 1 ? position_major_map(window, in, out, images) : window_map(window, in, out, images);
    weights_ =
        PackedWeights(std::vector<float>(static_cast<size_t>(layer.inputs * layer.outputs * layer.kernel * layer.kernel), 0.01F).data(),
                      layer.outputs, layer.inputs, layer.kernel * layer.kernel);
    const int64_t in_stride = wide_pixel_stride(inputs_), out_stride = wide_pixel_stride(outputs_);
    input_ = AlignedBuffer<float>(static_cast<size_t>(images * in.pixels_per_image() * in_stride));
    output_ = AlignedBuffer<float>(static_cast<size_t>(images * out.pixels_per_image() * out_stride));
    vectors_ = AlignedBuffer<float>(static_cast<size_t>(layer.outputs + 16));
    for (size_t i = 0; i < input_.size(); ++i) input_[i] = 0.5F;
    WideConvolution::Options options;
    options.kernels = &kernels;
    options.weights = &weights_;
    options.map = &map_;
    options.parts = {{0, in_stride, 0, inputs_}};
    options.outputs = outputs_;
    options.output_stride = out_stride;
    options.epilogue = {vectors_.data(), vectors_.data(), 0, std::numeric_limits<float>::infinity()};
    step_ = std::make_unique<WideConvolution>(options);
    if (bf16_kernel_set() && &kernels == &best_kernel_set()) make_bf16(options, layer);
    if (layer.stride == 1 && layer.size >= 8) make_planar(kernels, window, in, images);
    operations_ = 2.0 * static_cast<double>(images * size * size * inputs_ * outputs_ * layer.kernel * layer.kernel);
  }
  double measure(double budget) {
    return least_seconds(budget, [&] { step_->run({input_.data(), output_.data(), nullptr}, {0, step_->work()}); });
  }
  /// 0 where there is no planar step.
  double measure_planar(double budget) {
    if (!planar_) return 0;
    return least_seconds(budget, [&] { planar_->run({planar_input_.data(), planar_output_.data(), nullptr}, {0, planar_->work()}); });
  }
  /// 0 where the processor has no bf16 products.
  double measure_bf16(double budget) {
    if (!bf16_) return 0;
    return least_seconds(budget, [&] { bf16_->run({bf16_input_.data(), bf16_output_.data(), nullptr}, {0, bf16_->work()}); });
  }
  double operations() const { return operations_; }
  const WideTiling& tiling() const { return step_->tiling(); }
  double planar_estimate() const { return planar_ ? planar_->estimated_cycles() : 0; }
  double wide_estimate() const { return step_->estimated_cycles(); }
  int64_t inputs() const { return inputs_; }
  int64_t outputs() const { return outputs_; }

 private:
  void make_planar(const KernelSet& kernels, const Window& window, const ImageLayout& layout, int64_t images) {
    PlanarConvolution::Options options;
    options.kernels = &kernels;
    options.weights = &weights_;
    options.window = window;
    options.layout.image = layout;
    options.images = images;
    options.parts = {{0, 1, 0, inputs_}};
    options.outputs = outputs_;
    options.input_image_stride = inputs_ * options.layout.channel_stride();
    options.output_image_stride = outputs_ * options.layout.channel_stride();
    options.epilogue = {vectors_.data(), vectors_.data(), 0, std::numeric_limits<float>::infinity()};
    planar_input_ = AlignedBuffer<float>(static_cast<size_t>(images * options.input_image_stride));
    planar_output_ = AlignedBuffer<float>(static_cast<size_t>(images * options.output_image_stride));
    planar_ = std::make_unique<PlanarConvolution>(options);
  }

  void make_bf16(const WideConvolution::Options& fp32, const Layer& layer) {
    const std::vector<float> values(static_cast<size_t>(layer.inputs * layer.outputs * layer.kernel * layer.kernel), 0.01F);
    bf16_weights_ = PackedBf16Weights(values.data(), layer.outputs, layer.inputs, layer.kernel * layer.kernel);
    bf16_input_ = AlignedBuffer<Bf16>(input_.size());
    bf16_output_ = AlignedBuffer<Bf16>(output_.size());
    Bf16Convolution::Options options;
    options.kernels = fp32.kernels;
    options.weights = &bf16_weights_;
    options.map = fp32.map;
    options.parts = fp32.parts;
    options.outputs = fp32.outputs;
    options.output_stride = fp32.output_stride;
    options.epilogue = fp32.epilogue;
    bf16_ = std::make_unique<Bf16Convolution>(options);
  }

  int64_t inputs_ = 1, outputs_ = 1;
  WindowMap map_;
  PackedWeights weights_;
  AlignedBuffer<float> input_, output_, vectors_;
  AlignedBuffer<float> planar_input_, planar_output_;
  std::unique_ptr<WideConvolution> step_;
  std::unique_ptr<PlanarConvolution> planar_;
  PackedBf16Weights bf16_weights_;
  AlignedBuffer<Bf16> bf16_input_, bf16_output_;
  std::unique_ptr<Bf16Convolution> bf16_;
  double operations_ = 0;
};

void run(const std::string& name, int64_t images, double budget) {
  const KernelSet& kernels = name.empty() ? best_kernel_set() : kernel_set(name);
  const double peak = peak_gflops(kernels);
  fmt::print(
      "{}, FMA peak {:.0f} GF/s, batch {}\n\n| layer | width | tile | us | GF/s | of peak | planar / wide | estimated "
      "| bf16 / fp32 |\n|---|---|---|---|---|---|---|---|---|\n",
      kernels.name, peak, images);
  for (const Layer& layer : kLayers)
    for (const double width : {0.0625, 0.25, 0.5, 1.0}) {
      Bench bench(kernels, layer, width, images);
      const double time = bench.measure(budget), rate = bench.operations() / time * 1e-9;
      fmt::print("| {} {}->{} k{} {}x{} | {} | {}x{} | {:.1f} | {:.0f} | {:.2f} | {:.2f} | {:.2f} | {:.2f} |\n", layer.network,
                 bench.inputs(), bench.outputs(), layer.kernel, layer.size, layer.size, width, bench.tiling().pixels,
                 bench.tiling().chunks.front().vectors, time * 1e6, rate, rate / peak, bench.measure_planar(budget) / time,
                 bench.planar_estimate() / bench.wide_estimate(), bench.measure_bf16(budget) / time);
    }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Speed of the convolution kernels by layer shape and width");
  std::string kernels;
  int64_t images = 1;
  double budget = 0.05;
  app.add_option("--kernels", kernels, "instruction set: avx512, avx2, neon, scalar (default: the best one)");
  app.add_option("--batch", images, "images at a time")->check(CLI::Range(1, 1024));
  app.add_option("--seconds", budget, "measuring time for each row")->check(CLI::Range(0.001, 60.0));
  CLI11_PARSE(app, argc, argv);
  try {
    run(kernels, images, budget);
    return 0;
  } catch (const Error& error) {
    fmt::print(stderr, "tnn_kernel_bench: {}\n", error.what());
    return static_cast<int>(error.code());
  }
}
