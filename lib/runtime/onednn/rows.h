#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "gating/configuration.h"
#include "runtime/reference/planes.h"

/// Operations on values stored as rows: one row a position, the active channels side by side ([batch, positions, channels], oneDNN's nhwc).
/// Where a result and an operand have as many rows and channels, the result may be written over the operand.
namespace tnn::onednn {

/// [batch, channels, positions] to rows.
void planes_to_rows(const float* planes, int64_t batch, int64_t channels, int64_t positions, float* rows);

/// A stored value as a part of an output at full width: its rows hold the active channels, which go to number `first` + channel x
/// positions.
struct OutputPart {
  const float* data = nullptr;
  int64_t positions = 1;
  ChannelRanges active;
  int64_t first = 0;
};
/// `batch` outputs of `numbers` numbers each, [channels, positions]; channels that no part has are 0.
void rows_to_output(const std::vector<OutputPart>& parts, int64_t batch, int64_t numbers, float* output);

/// A stored value as a part of what is read side by side.
struct RowPart {
  const float* data = nullptr;
  int64_t channels = 0;
  int64_t positions = 1;  ///< that become features of one row, channel-major; 1: the rows stay as they are
};
/// Parts side by side, `rows` rows of the sum of channels x positions.
void gather_rows(const std::vector<RowPart>& parts, int64_t rows, float* out);

/// NaN stays NaN.
void activate(const std::optional<ActivationKind>& kind, float* data, int64_t count);

/// activation(scale x + shift), a scale and a shift a channel.
struct RowAffine {
  std::vector<float> scale, shift;
};
void scale_rows(const RowAffine& affine, const std::optional<ActivationKind>& activation, const float* in, int64_t rows, float* out);

/// activation(scale (x - mean) / sqrt(variance + epsilon) + shift) with mean and variance of each row: a layer norm.
void normalize_rows(const RowAffine& affine, float epsilon, const std::optional<ActivationKind>& activation, const float* in, int64_t rows,
                    float* out);

/// activation(sum of the sources), `count` numbers each.
void add_rows(const std::vector<const float*>& sources, const std::optional<ActivationKind>& activation, int64_t count, float* out);

/// Pooling of `batch` images. Average pooling divides by the part of the window that lies inside the padded input.
struct RowPool {
  PoolKind kind = PoolKind::max;
  reference::Taps taps;
  reference::Grid input, output;
};
void pool_rows(const RowPool& pool, int64_t batch, int64_t channels, const float* in, float* out);
void global_pool_rows(PoolKind kind, int64_t batch, int64_t positions, int64_t channels, const float* in, float* out);

/// Nearest-neighbour interpolation: each input position `scale` times in each dimension.
struct RowUpsampling {
  reference::Coordinates scale{1, 1, 1};
  reference::Grid input;
};
void upsample_rows(const RowUpsampling& upsampling, int64_t batch, int64_t channels, const float* in, float* out);

void shuffle_rows(int64_t groups, int64_t rows, int64_t channels, const float* in, float* out);
/// `inputs` channels after `before` zeros; zeros fill the row up to `channels`.
void pad_rows(int64_t before, int64_t rows, int64_t inputs, int64_t channels, const float* in, float* out);

}  // namespace tnn::onednn
