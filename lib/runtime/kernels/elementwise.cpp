#include "runtime/kernels/elementwise.h"

#include <cmath>
#include <cstring>

namespace tnn::kernels {

namespace {

/// An AffineTile or LayerNormTile: rows of some pixels, in and out.
template <typename Tile>
Tile rows_of(WideInput input, WideOutput output, int64_t channels, const Epilogue& epilogue, Share pixels) {
  Tile tile;
  tile.input = input.data;
  tile.input_pixels = input.pixels->data() + pixels.begin;
  tile.input_stride = input.pixel_stride;
  tile.output = output.data;
  tile.output_pixels = output.pixels->data() + pixels.begin;
  tile.output_stride = output.pixel_stride;
  tile.channels = channels;
  tile.pixels = pixels.end - pixels.begin;
  tile.epilogue = epilogue;
  return tile;
}

}  // namespace

void run_affine(const KernelSet& kernels, WideInput input, WideOutput output, int64_t channels, const Epilogue& epilogue, Share pixels) {
  kernels.affine(rows_of<AffineTile>(input, output, channels, epilogue, pixels));
}

void run_layer_norm(const KernelSet& kernels, WideInput input, WideOutput output, int64_t channels, float epsilon, const Epilogue& epilogue,
                    Share pixels) {
  auto tile = rows_of<LayerNormTile>(input, output, channels, epilogue, pixels);
  tile.epsilon = epsilon;
  kernels.layer_norm(tile);
}

void run_add(const KernelSet& kernels, WideInput a, WideInput b, WideOutput output, int64_t channels, float lower, float upper,
             Share pixels) {
  for (int64_t i = pixels.begin; i < pixels.end; ++i) kernels.add_row(a.at(i), b.at(i), output.at(i), channels, lower, upper);
}

void run_limit(const KernelSet& kernels, WideInput input, WideOutput output, int64_t channels, float lower, float upper, Share pixels) {
  for (int64_t i = pixels.begin; i < pixels.end; ++i) kernels.limit_row(input.at(i), output.at(i), channels, lower, upper);
}

void run_sigmoid(WideInput input, WideOutput output, int64_t channels, Share pixels) {
  for (int64_t i = pixels.begin; i < pixels.end; ++i) {
    const float* from = input.at(i);
    float* to = output.at(i);
    for (int64_t c = 0; c < channels; ++c) to[c] = 1 / (1 + std::exp(-from[c]));
  }
}

void run_permute(WideInput input, WideOutput output, const std::vector<int32_t>& from, Share pixels) {
  for (int64_t i = pixels.begin; i < pixels.end; ++i) {
    const float* source = input.at(i);
    float* to = output.at(i);
    for (size_t c = 0; c < from.size(); ++c) to[c] = from[c] < 0 ? 0.0F : source[from[c]];
  }
}

void clear_pixels(float* data, const std::vector<int32_t>& pixels, int64_t pixel_stride, int64_t channels) {
  for (const int32_t pixel : pixels) std::memset(data + pixel * pixel_stride, 0, static_cast<size_t>(channels) * sizeof(float));
}

void channel_major_to_wide(const float* input, WideOutput output, int64_t channels, int64_t positions, Share images) {
  for (int64_t image = images.begin; image < images.end; ++image)
    for (int64_t p = 0; p < positions; ++p) {
      const float* from = input + image * channels * positions + p;
      float* to = output.at(image * positions + p);
      for (int64_t c = 0; c < channels; ++c) to[c] = from[c * positions];
    }
}

void wide_to_channel_major(WideInput input, float* output, int64_t channels, int64_t positions, int64_t output_image_stride, Share images) {
  for (int64_t image = images.begin; image < images.end; ++image)
    for (int64_t p = 0; p < positions; ++p) {
      const float* from = input.at(image * positions + p);
      float* to = output + image * output_image_stride + p;
      for (int64_t c = 0; c < channels; ++c) to[c * positions] = from[c];
    }
}

void channel_major_to_planar(const float* input, float* output, const std::vector<int32_t>& pixels, int64_t channels,
                             int64_t channel_stride, int64_t output_image_stride, Share images) {
  for (int64_t image = images.begin; image < images.end; ++image)
    for (int64_t c = 0; c < channels; ++c) {
      float* to = output + image * output_image_stride + c * channel_stride;
      const float* from = input + (image * channels + c) * static_cast<int64_t>(pixels.size());
      for (const int32_t pixel : pixels) to[pixel] = *from++;
    }
}

}  // namespace tnn::kernels
