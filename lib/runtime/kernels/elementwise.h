#pragma once

#include "runtime/kernels/convolution.h"

namespace tnn::kernels {

/// A wide value of one step: memory, the stride of its pixels, and the numbers of its pixels (interior_pixels).
template <typename Element>
struct WideValue {
  Element* data = nullptr;
  int64_t pixel_stride = 0;
  const std::vector<int32_t>* pixels = nullptr;

  Element* at(int64_t i) const { return data + (*pixels)[static_cast<size_t>(i)] * pixel_stride; }
};
using WideInput = WideValue<const float>;
using WideOutput = WideValue<float>;

// Each works on a share of the pixels; `channels` are rounded up to whole vectors, but for those that say so.

/// output = limit(input * scale + shift): a batch norm that follows no convolution, with its activation.
void run_affine(const KernelSet& kernels, WideInput input, WideOutput output, int64_t channels, const Epilogue& epilogue, Share pixels);
/// output = limit((input - mean) / sqrt(variance + epsilon) * scale + shift) over exactly `channels` channels of each pixel: a layer norm.
void run_layer_norm(const KernelSet& kernels, WideInput input, WideOutput output, int64_t channels, float epsilon, const Epilogue& epilogue,
                    Share pixels);
/// output = limit(a + b).
void run_add(const KernelSet& kernels, WideInput a, WideInput b, WideOutput output, int64_t channels, float lower, float upper,
             Share pixels);
/// output = limit(input): relu, relu6, or a copy.
void run_limit(const KernelSet& kernels, WideInput input, WideOutput output, int64_t channels, float lower, float upper, Share pixels);
/// output = 1 / (1 + exp(-input)), exactly `channels` of them.
void run_sigmoid(WideInput input, WideOutput output, int64_t channels, Share pixels);
/// output channel c = input channel from[c], or 0 where from[c] is -1, exactly from.size() of them: channel shuffle, channel pad.
void run_permute(WideInput input, WideOutput output, const std::vector<int32_t>& from, Share pixels);

/// Zeroes `channels` channels of the named pixels: a halo (halo_pixels) in memory used before.
void clear_pixels(float* data, const std::vector<int32_t>& pixels, int64_t pixel_stride, int64_t channels);

// Between channel-major tensors [images][channels][positions] and wide values; shares are of the images.

/// `output.pixels`: images x positions.
void channel_major_to_wide(const float* input, WideOutput output, int64_t channels, int64_t positions, Share images);
void wide_to_channel_major(WideInput input, float* output, int64_t channels, int64_t positions, int64_t output_image_stride, Share images);
/// To planes with a halo; `pixels`: of one image.
void channel_major_to_planar(const float* input, float* output, const std::vector<int32_t>& pixels, int64_t channels,
                             int64_t channel_stride, int64_t output_image_stride, Share images);

}  // namespace tnn::kernels
