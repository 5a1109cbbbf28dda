#pragma once

#include <cstdint>

/// The arguments of the compute kernels: plain data, so that the translation units compiled for one instruction set share nothing else
/// with the rest of the program. Offsets and strides count elements: floats, or bf16 values where a type says so.
///
/// Layouts. A *pixel* is one spatial position of one image, named by its index in the halo'd batch (ImageLayout). Activations are *wide*
/// (NHWC: the channels of a pixel side by side) or *planar* (NCHW: the pixels of a channel side by side). Weights lie once in memory as
/// [output / 16][tap][input][16] (PackedWeights) and every operating point reads a prefix of that: its first blocks of outputs, and of each
/// tap its first inputs.
///
/// Tail rule. A wide kernel writes whole vectors: lanes beyond the active output channels, up to the next multiple of 16, receive values of
/// inactive channels. Nobody may read them: every reader stops at the active channels, and a pixel's stride leaves them room.
namespace tnn::kernels {

constexpr int kBlock = 16;             ///< output channels side by side in packed weights
constexpr int kMaxTilePixels = 16;     ///< of a wide tile
constexpr int kMaxTileVectors = 12;    ///< of a wide tile
constexpr int kMaxPlanarOutputs = 16;  ///< of a planar tile
constexpr int kMaxPlanarVectors = 8;   ///< of a planar tile

/// The upper half of a float: eight bits of mantissa.
struct Bf16 {
  uint16_t bits = 0;
};

/// A run of input channels under one filter tap: what the inner loop goes through. A concatenation is one segment a tap and part.
struct Segment {
  int64_t input = 0;         ///< from the input's base to the run's first channel at pixel 0, the tap's displacement included
  int64_t weight = 0;        ///< from the block's first weight to the run's first
  int64_t pixel_stride = 0;  ///< between neighbouring pixels of this part of the input
  int64_t channels = 0;
};

/// One input channel under one tap.
struct InputStep {
  int64_t input = 0;   ///< from the input's base to the channel at pixel 0, the tap's displacement included
  int64_t weight = 0;  ///< from the block's first weight to the channel's first
};

/// What is done to the sums before they are stored: sum * scale + shift + residual, limited to [lower, upper]. Batch-norm statistics of an
/// operating point live here, so that the weights are the same for all. relu is [0, inf), relu6 [0, 6].
struct Epilogue {
  const float* scale = nullptr;  ///< one an output channel, readable 16 beyond the last
  const float* shift = nullptr;  ///< likewise
  float lower = 0, upper = 0;
};

/// Tiles of pixels x vectors of outputs, computed in registers: for each segment and channel, one input a pixel times the weight vectors.
/// In bf16, pairs of inputs and their weights are multiplied and summed at once, in fp32; the channel stride is 1.
template <typename Element>
struct BasicWideTile {
  const Element* input = nullptr;
  const int32_t* input_pixels = nullptr;
  int64_t channel_stride = 1;  ///< between input channels: 1 for wide input, the size of a plane for planar input
  const Segment* segments = nullptr;
  int64_t segment_count = 0;
  const InputStep* steps = nullptr;  ///< if not null: the channels of the segments one by one, in fp32; these then have one pixel stride
  int64_t step_count = 0;
  const Element* weights = nullptr;  ///< of the first output vector
  int64_t block_stride = 0;          ///< between blocks of 16 outputs
  /// If not null: the weights of a block of 16 outputs to be asked for in place of the tile's own; the next tile asks for the next block's.
  /// Of tiles of one segment and channel stride 1, in fp32.
  const Element* ahead = nullptr;
  Element* output = nullptr;  ///< at the first output channel of pixel 0
  const int32_t* output_pixels = nullptr;
  int64_t output_stride = 0;          ///< between pixels
  const Element* residual = nullptr;  ///< added where not null
  const int32_t* residual_pixels = nullptr;
  int64_t residual_stride = 0;
  int64_t tiles = 1;  ///< whose pixels follow one another in the lists
  Epilogue epilogue;
};
using WideTile = BasicWideTile<float>;
using Bf16Tile = BasicWideTile<Bf16>;

/// Outputs x vectors of pixels of a planar map; lanes are neighbouring pixels, weights are broadcast. For few outputs.
struct PlanarTile {
  const float* input = nullptr;  ///< at the first pixel of channel 0
  int64_t channel_stride = 0;    ///< between input planes
  const Segment* segments = nullptr;
  int64_t segment_count = 0;
  const float* weights = nullptr;  ///< at the first output's lane of its block
  float* output = nullptr;         ///< at the first pixel of the first output
  int64_t output_channel_stride = 0;
  const int32_t* mask = nullptr;     ///< one a pixel: -1 in the image, 0 in the halo, which so stays zero
  const float* pre_scale = nullptr;  ///< where not null: inputs become max(0, input * pre_scale + pre_shift) on load (pre-activation),
  const float* pre_shift = nullptr;  ///< one value an input channel in the order of the segments
  Epilogue epilogue;
};

/// Some pixels of a convolution whose filters see one channel (depthwise) or one group of 4, 8 or 16 channels (grouped).
struct LocalTile {
  const float* input = nullptr;
  const int32_t* input_pixels = nullptr;
  int64_t input_stride = 0;
  const int64_t* taps = nullptr;  ///< displacement of each tap
  int64_t tap_count = 0;
  const float* weights = nullptr;  ///< depthwise [tap][weight_stride], grouped [tap][group size][16] of one block
  int64_t weight_stride = 0;       ///< depthwise: the full channels rounded up to 16
  float* output = nullptr;
  const int32_t* output_pixels = nullptr;
  int64_t output_stride = 0;
  const float* residual = nullptr;  ///< added where not null
  const int32_t* residual_pixels = nullptr;
  int64_t residual_stride = 0;
  int64_t pixels = 0;
  int64_t row_pixels = 1;  ///< in a row of the map: where pixels lie side by side, the pixel below is so many further in the lists
  Epilogue epilogue;
};

/// The 4x4 inputs of a Winograd tile, transformed (winograd.inc).
struct WinogradInputTile {
  const float* input = nullptr;  ///< at the first channel of the upper left pixel
  int64_t pixel_stride = 0, row_stride = 0;
  int64_t channels = 0;
  float* output = nullptr;      ///< of position 0
  int64_t position_stride = 0;  ///< between the 16 results
};

/// The 3x3 filters of one block of 16 outputs, transformed.
struct WinogradFilterTile {
  const float* weights = nullptr;  ///< [9][inputs][16]
  int64_t tap_stride = 0;
  int64_t inputs = 0;
  float* output = nullptr;      ///< [16][inputs][16]
  int64_t position_stride = 0;  ///< between the 16 results
};

/// Products of some tiles' transformed inputs and the transformed weights of one block of 16 outputs, at all 16 positions.
struct WinogradProductTile {
  const float* input = nullptr;  ///< of the first tile and position 0, at the first channel that the block reads
  int64_t input_stride = 0, input_position_stride = 0;
  const float* weights = nullptr;  ///< [inputs][16] at position 0
  int64_t weight_position_stride = 0;
  /// If not null: filters of another block as they are, [9][inputs][16], asked for a tap at a time in place of the next position's weights.
  const float* ahead = nullptr;
  int64_t ahead_stride = 0;  ///< between taps
  float* output = nullptr;
  int64_t output_stride = 0, output_position_stride = 0;
  int64_t tiles = 0, inputs = 0;
};

/// Its 16 products, transformed back to 2x2 outputs.
struct WinogradOutputTile {
  const float* input = nullptr;
  int64_t position_stride = 0;
  float* output = nullptr;  ///< at the first channel of the upper left pixel
  int64_t pixel_stride = 0, row_stride = 0;
  const float* residual = nullptr;  ///< added where not null
  int64_t residual_pixel_stride = 0, residual_row_stride = 0;
  int64_t channels = 0;
  Epilogue epilogue;
};

/// A scale and shift of each channel, over some pixels.
struct AffineTile {
  const float* input = nullptr;
  const int32_t* input_pixels = nullptr;
  int64_t input_stride = 0;
  float* output = nullptr;
  const int32_t* output_pixels = nullptr;
  int64_t output_stride = 0;
  int64_t channels = 0, pixels = 0;
  Epilogue epilogue;
};

/// A layer norm over the channels of some pixels. The lanes beyond `channels` do not count in mean and variance.
struct LayerNormTile {
  const float* input = nullptr;
  const int32_t* input_pixels = nullptr;
  int64_t input_stride = 0;
  float* output = nullptr;  ///< may be the input
  const int32_t* output_pixels = nullptr;
  int64_t output_stride = 0;
  int64_t channels = 0, pixels = 0;
  float epsilon = 0;
  Epilogue epilogue;
};

/// One output pixel of a pooling: reduces `count` input pixels, channel by channel.
struct PoolTile {
  const float* input = nullptr;
  const int32_t* pixels = nullptr;
  int64_t count = 0;
  int64_t pixel_stride = 0;
  float factor = 1;  ///< average pooling: one over the divisor
  float* output = nullptr;
  int64_t channels = 0;  ///< a multiple of 16 is written
};

}  // namespace tnn::kernels
