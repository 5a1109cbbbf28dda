#pragma once

#include "runtime/kernels/planar_convolution.h"
#include "runtime/kernels/pooling.h"
#include "runtime/prefix/kernel_step.h"

namespace tnn::prefix {

/// A convolution from planes to planes; one image at a time.
class PlanarStep : public KernelStep {
 public:
  PlanarStep(kernels::PlanarConvolution convolution, Place output, bool preactivated)
      : convolution_(std::move(convolution)), output_(output), preactivated_(preactivated) {}
  int64_t work(int64_t images) const override { return convolution_.work(images); }
  void run(const RunState& state, Share share) const override;
  Share writes_halo() const override { return convolution_.written_pixels(); }
  std::string describe() const override;

 private:
  kernels::PlanarConvolution convolution_;
  Place output_;
  bool preactivated_;
};

/// Pooling where the input or the result is planar.
class PlanarPoolStep : public KernelStep {
 public:
  struct Part {
    Place place;
    int64_t channels = 0, output_channel = 0;
    int64_t channel_stride = 0, pixel_stride = 0;
  };
  PlanarPoolStep(const kernels::PoolMap& map, PoolKind kind, std::vector<Part> inputs, Part output);
  int64_t work(int64_t) const override { return output_.channels; }
  void run(const RunState& state, Share share) const override;
  std::string describe() const override { return "planar pool"; }

 private:
  /// Outputs side by side whose windows are 2x2 and lie side by side as well.
  struct Row {
    int32_t upper = 0, lower = 0;  ///< first input of either row
    int32_t output = 0, count = 0;
    float factor = 0;
  };
  /// Empty where some window is another.
  static std::vector<Row> rows_of(const kernels::PoolMap& map);
  void run_channel(const float* input, int64_t input_stride, float* output) const;
  template <bool Largest>
  void run_rows(const float* input, float* output) const;

  const kernels::PoolMap& map_;
  const std::vector<Row> rows_;
  PoolKind kind_;
  std::vector<Part> inputs_;
  Part output_;
};

}  // namespace tnn::prefix
