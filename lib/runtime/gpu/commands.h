#pragma once

#include <cstdint>

/// What a GPU is told: plain data that is passed to kernels by value. Offsets count elements from the start of the memory they name.
namespace tnn::gpu {

/// Channels are stored side by side at each position (channels last), padded to a multiple of this; the padding is 0. Rows of 8 halves are
/// what tensor cores and 16-byte loads want.
constexpr int64_t kChannelAlignment = 8;
constexpr int64_t padded(int64_t channels) { return (channels + kChannelAlignment - 1) / kChannelAlignment * kChannelAlignment; }

/// Where one channel of what a command reads lies in the arena: at offset + input * input_stride + position * position_stride. A feature of
/// a flattened map has position_stride 0.
struct ChannelSource {
  int64_t offset = -1;  ///< -1: the channel is 0
  int64_t input_stride = 0, position_stride = 0;
};

/// What a command reads: `channels` channels, the rest up to the padding are 0. Those of one stored value are found by adding; those of a
/// concatenation, or a permutation, by a table. Nothing is copied for either.
struct Read {
  int64_t table = -1;   ///< first entry in the sources; -1: channel c lies at first.offset + c
  ChannelSource first;  ///< where there is no table
  int64_t channels = 0;
};

/// A stored value: [inputs][positions][stride], of which the first `channels` of a position are meant.
struct Image {
  int64_t offset = 0, positions = 1, channels = 0, stride = 0;
};

/// A spatial extent as three dimensions; a missing one is 1.
struct Extent {
  int64_t size[3] = {1, 1, 1};
};

/// A window as three dimensions; a missing one is a single tap.
struct Taps {
  int64_t kernel[3] = {1, 1, 1}, stride[3] = {1, 1, 1}, padding[3] = {0, 0, 0}, dilation[3] = {1, 1, 1};
};

enum class Activate : int32_t { none, relu, relu6, sigmoid };

/// activation(scale x sum + shift + residual): scale and shift are per channel of the output, and lie at `affine` in the numbers of the
/// operating points, scales first.
struct Finish {
  int64_t affine = -1;  ///< -1: scale 1, shift 0
  bool has_residual = false;
  Read residual;
  Activate activation = Activate::none;
};

/// First command: the caller's inputs, [inputs][channels][positions] in fp32, become a stored value.
struct Import {
  Image output;
};

/// An output of the network at full width, [inputs][full_channels][positions] in fp32; `read` has an entry a full channel.
struct Export {
  int64_t output = 0;  ///< which one
  Read read;
  int64_t positions = 1;
};

/// Dense convolution or linear layer. Weights [stride of the output][taps][width of the input].
struct Contraction {
  Read input;
  Extent input_extent, output_extent;
  Taps taps;
  int64_t width = 0;      ///< columns of a tap: the input's channels with padding
  int64_t weights = 0;    ///< of the first output, in the packed weights
  int64_t row = 0;        ///< from one output's weights to the next
  bool in_place = false;  ///< one tap a position: the stored input is the matrix [inputs x positions][width]
  Image output;
  Finish finish;
};

/// Convolution in groups, depthwise too: each output reads a stretch of the input's channels. Weights [taps][stretch] of each output.
struct GroupedConvolution {
  Read input;
  Extent input_extent, output_extent;
  Taps taps;
  int64_t rows = 0;  ///< of the first output, in the group rows
  Image output;
  Finish finish;
};

/// What an output of a grouped convolution reads.
struct GroupRow {
  int64_t weights = 0;
  int64_t first = 0, count = 0;  ///< channels of the input
};

/// Element-wise: batch norm, activation, sum, channel shuffle or pad, and what is left of a step whose convolution is closed.
struct Pointwise {
  static constexpr int kMostAddends = 8;
  Read addends[kMostAddends];
  int addend_count = 0;
  Image output;
  Finish finish;
};

/// Layer norm over the channels of each position. A *row* is a position of an input; threads share one (elements.h).
struct LayerNormalization {
  Read input;
  float epsilon = 0;
  Image output;
  Finish finish;
};

struct Pooling {
  Read input;
  Extent input_extent, output_extent;
  Taps taps;
  bool maximum = true;
  Image output;
};

struct GlobalPooling {
  Read input;
  int64_t input_positions = 1;
  bool maximum = true;
  Image output;
};

}  // namespace tnn::gpu
