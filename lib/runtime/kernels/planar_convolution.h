#pragma once

#include "runtime/kernels/convolution.h"

namespace tnn::kernels {

/// Where a planar value keeps its pixels: the planes of an image's channels one after another, each with the halo of its ImageLayout.
struct PlanarLayout {
  ImageLayout image;

  /// The number of an image's first pixel inside the halo.
  int64_t first_pixel() const;
  /// From there to the last inside, halo between rows included.
  int64_t span() const;
  /// Floats between planes: room for whole vectors after the last pixel.
  int64_t channel_stride() const;
};

/// A convolution of stride 1 whose input and output are planar and of the same layout: lanes are pixels, and nothing is wasted where
/// outputs are few. Borrows what WideConvolution borrows.
class PlanarConvolution {
 public:
  struct Options {
    const KernelSet* kernels = nullptr;
    const PackedWeights* weights = nullptr;
    Window window;        ///< of stride 1
    PlanarLayout layout;  ///< of input and output
    int64_t images = 1;
    std::vector<InputPart> parts;  ///< offset: to the part's first plane; pixel_stride is not used
    int64_t input_image_stride = 0, output_image_stride = 0;
    int64_t outputs = 0;
    Epilogue epilogue;
    const float* pre_scale = nullptr;  ///< pre-activation of a 1x1 convolution: inputs become max(0, input * pre_scale + pre_shift)
    const float* pre_shift = nullptr;  ///< one value an active input channel
  };
  /// Throws UsageError for a window of another stride or one that is not centred, and for a pre-activation of more than one tap.
  explicit PlanarConvolution(Options options);

  /// The number of tiles of so many images.
  int64_t work(int64_t images) const { return images * static_cast<int64_t>(tiles_.size()); }
  int64_t work() const { return work(options_.images); }
  void run(const StepBuffers& buffers, Share share) const;
  /// The pixels of each plane that are written, zeros where they belong to the halo.
  Share written_pixels() const { return {first_pixel_, first_pixel_ + round_up(options_.layout.span(), options_.kernels->lanes)}; }
  const PlanarTiling& tiling() const { return tiling_; }
  /// Of the whole step; to be held against BasicWideConvolution::estimated_cycles.
  double estimated_cycles() const { return tiling_.cycles * static_cast<double>(options_.images); }

 private:
  struct Tile {
    int64_t first_output = 0, first_pixel = 0;
    int outputs = 0, vectors = 0;
  };
  void check() const;
  void make_segments();
  void make_tiles();

  Options options_;
  int64_t first_pixel_ = 0, channel_stride_ = 0;  ///< of the layout, which would allocate to find them
  PlanarTiling tiling_;
  std::vector<Segment> segments_;
  std::vector<Tile> tiles_;
  std::vector<int32_t> mask_;
};

}  // namespace tnn::kernels
