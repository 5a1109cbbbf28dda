#pragma once

#include "runtime/kernels/convolution.h"

namespace tnn::kernels {

/// The weights of a depthwise convolution, [tap][channels rounded up to 16], or of a grouped one with groups of 4, 8 or 16 inputs and as
/// many outputs, [output / 16][tap][group size][16]. Either way a narrower width is a prefix of channels.
class LocalWeights {
 public:
  LocalWeights() = default;
  /// From `source` [channels][group size][taps]; group size 1 is depthwise. Throws UsageError for sizes other than 1, 4, 8 and 16.
  LocalWeights(const float* source, int64_t channels, int64_t group_size, int64_t taps);
  static bool has_kernel(int64_t inputs_per_group, int64_t outputs_per_group);

  int64_t channels() const { return channels_; }
  int64_t group_size() const { return group_size_; }
  int64_t taps() const { return taps_; }
  bool depthwise() const { return group_size_ == 1; }
  /// Between the weights of 16 channels and those of the next.
  int64_t block_stride() const { return depthwise() ? kBlock : taps_ * group_size_ * kBlock; }
  int64_t tap_stride() const { return depthwise() ? round_up(channels_, kBlock) : group_size_ * kBlock; }
  const float* data() const { return memory_.data(); }
  size_t bytes() const { return memory_.size() * sizeof(float); }

 private:
  int64_t channels_ = 0, group_size_ = 1, taps_ = 0;
  AlignedBuffer<float> memory_;
};

/// Estimated cycles of one group of 4, 8 or 16 channels.
double grouped_cycles(const KernelSet& set, int64_t pixels, int64_t group_size, int64_t taps);

/// A depthwise or grouped convolution at one operating point: its channels are the first of the layer's, side by side in the input.
class LocalConvolution {
 public:
  struct Options {
    const KernelSet* kernels = nullptr;
    const LocalWeights* weights = nullptr;
    const WindowMap* map = nullptr;                  ///< of window_map
    int64_t channels = 0;                            ///< active ones; whole groups
    int64_t input_stride = 0, output_stride = 0;     ///< between pixels
    const std::vector<int32_t>* residual = nullptr;  ///< pixels of the operand that is added, in the order of map->output
    int64_t residual_stride = 0;
    Epilogue epilogue;
  };
  explicit LocalConvolution(Options options);

  /// Units of work of the first `images` of the map, or all of it.
  int64_t work(int64_t images) const;
  int64_t work() const { return work(options_.map->images); }
  void run(const StepBuffers& buffers, Share share, int64_t images) const;
  void run(const StepBuffers& buffers, Share share) const { run(buffers, share, options_.map->images); }

 private:
  static constexpr int64_t kStripPixels = 64;  ///< of a unit of work

  LocalKernel kernel() const;
  int64_t pixels(int64_t images) const;

  Options options_;
  std::vector<int64_t> taps_;
  int64_t blocks_ = 0, row_pixels_ = 1, strip_pixels_ = kStripPixels;
  LocalKernel kernel_ = nullptr;
};

/// A grouped convolution of any group size: each group a wide convolution with weights of its own.
class GroupedConvolution {
 public:
  /// `weights`: one for each group of the layer; `options`: of the whole layer, whose `weights` and `parts` are set here. `groups` active.
  GroupedConvolution(const std::vector<PackedWeights>& weights, int64_t groups, const WideConvolution::Options& options,
                     int64_t input_stride);

  int64_t work() const { return work_; }
  void run(const StepBuffers& buffers, Share share) const;

 private:
  struct Group {
    WideConvolution step;
    int64_t first_output = 0;
  };
  std::vector<Group> groups_;
  int64_t work_ = 0;
};

}  // namespace tnn::kernels
