#include "runtime/onednn/rows.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/maximum.h"
#include "runtime/reference/layers.h"

namespace tnn::onednn {

void planes_to_rows(const float* planes, int64_t batch, int64_t channels, int64_t positions, float* rows) {
  for (int64_t b = 0; b < batch; ++b, planes += channels * positions, rows += channels * positions)
    for (int64_t p = 0; p < positions; ++p)
      for (int64_t c = 0; c < channels; ++c) rows[p * channels + c] = planes[c * positions + p];
}

void rows_to_output(const std::vector<OutputPart>& parts, int64_t batch, int64_t numbers, float* output) {
  std::fill_n(output, batch * numbers, 0.0f);
  for (const OutputPart& part : parts) {
    const float* row = part.data;
    for (int64_t b = 0; b < batch; ++b)
      for (int64_t p = 0; p < part.positions; ++p)
        for (const ChannelRange& range : part.active)
          for (int64_t c = range.begin; c < range.end; ++c) output[b * numbers + part.first + c * part.positions + p] = *row++;
  }
}

void gather_rows(const std::vector<RowPart>& parts, int64_t rows, float* out) {
  for (int64_t row = 0; row < rows; ++row)
    for (const RowPart& part : parts) {
      const int64_t numbers = part.channels * part.positions;
      const float* in = part.data + row * numbers;
      if (part.positions == 1)
        std::copy_n(in, numbers, out);
      else
        for (int64_t c = 0; c < part.channels; ++c)
          for (int64_t p = 0; p < part.positions; ++p) out[c * part.positions + p] = in[p * part.channels + c];
      out += numbers;
    }
}

void activate(const std::optional<ActivationKind>& kind, float* data, int64_t count) {
  if (!kind) return;
  switch (*kind) {
    case ActivationKind::relu:
      for (int64_t i = 0; i < count; ++i) data[i] = data[i] < 0.0f ? 0.0f : data[i];
      break;
    case ActivationKind::relu6:
      for (int64_t i = 0; i < count; ++i) data[i] = std::clamp(data[i], 0.0f, 6.0f);
      break;
    case ActivationKind::sigmoid:
      for (int64_t i = 0; i < count; ++i) data[i] = 1.0f / (1.0f + std::exp(-data[i]));
      break;
  }
}

void scale_rows(const RowAffine& affine, const std::optional<ActivationKind>& activation, const float* in, int64_t rows, float* out) {
  const auto channels = static_cast<int64_t>(affine.scale.size());
  const float *scale = affine.scale.data(), *shift = affine.shift.data();
  for (int64_t row = 0; row < rows; ++row, in += channels, out += channels) {
    for (int64_t c = 0; c < channels; ++c) out[c] = scale[c] * in[c] + shift[c];
    activate(activation, out, channels);
  }
}

void normalize_rows(const RowAffine& affine, float epsilon, const std::optional<ActivationKind>& activation, const float* in, int64_t rows,
                    float* out) {
  const auto channels = static_cast<int64_t>(affine.scale.size());
  const float *scale = affine.scale.data(), *shift = affine.shift.data();
  for (int64_t row = 0; row < rows; ++row, in += channels, out += channels) {
    double mean = 0, variance = 0;
    for (int64_t c = 0; c < channels; ++c) mean += static_cast<double>(in[c]);
    mean /= static_cast<double>(channels);
    for (int64_t c = 0; c < channels; ++c) variance += (static_cast<double>(in[c]) - mean) * (static_cast<double>(in[c]) - mean);
    const double factor = 1 / std::sqrt(variance / static_cast<double>(channels) + static_cast<double>(epsilon));
    for (int64_t c = 0; c < channels; ++c) out[c] = scale[c] * static_cast<float>((static_cast<double>(in[c]) - mean) * factor) + shift[c];
    activate(activation, out, channels);
  }
}

void add_rows(const std::vector<const float*>& sources, const std::optional<ActivationKind>& activation, int64_t count, float* out) {
  constexpr int64_t kBlock = 512;  // summed apart from `out`, which may be any of the sources
  std::array<float, kBlock> sum{};
  for (int64_t begin = 0; begin < count; begin += kBlock) {
    const int64_t size = std::min(kBlock, count - begin);
    std::fill_n(sum.begin(), size, 0.0f);
    for (const float* source : sources)
      for (int64_t i = 0; i < size; ++i) sum[static_cast<size_t>(i)] += source[begin + i];
    activate(activation, sum.data(), size);
    std::copy_n(sum.begin(), size, out + begin);
  }
}

namespace {

void accumulate(PoolKind kind, const float* in, int64_t channels, float* out) {
  if (kind == PoolKind::max)
    for (int64_t c = 0; c < channels; ++c) out[c] = maximum(out[c], in[c]);
  else
    for (int64_t c = 0; c < channels; ++c) out[c] += in[c];
}

float start_of(PoolKind kind) { return kind == PoolKind::max ? -std::numeric_limits<float>::infinity() : 0.0f; }

/// Taps of a window that lie inside the padded input.
int64_t padded_taps(const RowPool& pool, const reference::Coordinates& at) {
  int64_t taps = 1;
  for (size_t d = 0; d < 3; ++d) {
    const int64_t begin = at[d] * pool.taps.stride[d] - pool.taps.padding[d];
    taps *= std::min(begin + pool.taps.kernel[d], pool.input.size[d] + pool.taps.padding[d]) - begin;
  }
  return taps;
}

}  // namespace

void pool_rows(const RowPool& pool, int64_t batch, int64_t channels, const float* in, float* out) {
  for (int64_t b = 0; b < batch; ++b, in += pool.input.positions() * channels)
    reference::for_each_position(pool.output, [&](int64_t, const reference::Coordinates& at) {
      std::fill_n(out, channels, start_of(pool.kind));
      reference::for_each_tap(pool.taps, pool.input, at,
                              [&](int64_t, int64_t position) { accumulate(pool.kind, in + position * channels, channels, out); });
      if (pool.kind == PoolKind::average) {
        const float share = 1.0f / static_cast<float>(padded_taps(pool, at));
        for (int64_t c = 0; c < channels; ++c) out[c] *= share;
      }
      out += channels;
    });
}

void global_pool_rows(PoolKind kind, int64_t batch, int64_t positions, int64_t channels, const float* in, float* out) {
  const float share = kind == PoolKind::average ? 1.0f / static_cast<float>(positions) : 1.0f;
  for (int64_t b = 0; b < batch; ++b, out += channels) {
    std::fill_n(out, channels, start_of(kind));
    for (int64_t p = 0; p < positions; ++p, in += channels) accumulate(kind, in, channels, out);
    for (int64_t c = 0; c < channels; ++c) out[c] *= share;
  }
}

void pad_rows(int64_t before, int64_t rows, int64_t inputs, int64_t channels, const float* in, float* out) {
  for (int64_t row = 0; row < rows; ++row, in += inputs, out += channels) {
    std::fill_n(out, channels, 0.0f);
    std::copy_n(in, inputs, out + before);
  }
}

void upsample_rows(const RowUpsampling& upsampling, int64_t batch, int64_t channels, const float* in, float* out) {
  const auto& [scale, input] = upsampling;
  reference::Grid output = input;
  for (size_t d = 0; d < scale.size(); ++d) output.size[d] *= scale[d];
  for (int64_t image = 0; image < batch; ++image, in += input.positions() * channels)
    reference::for_each_position(output, [&](int64_t, const reference::Coordinates& at) {
      std::copy_n(in + input.position(at[0] / scale[0], at[1] / scale[1], at[2] / scale[2]) * channels, channels, out);
      out += channels;
    });
}

void shuffle_rows(int64_t groups, int64_t rows, int64_t channels, const float* in, float* out) {
  for (int64_t row = 0; row < rows; ++row, in += channels, out += channels)
    for (int64_t c = 0; c < channels; ++c) out[c] = in[reference::shuffled_source(c, channels, groups)];
}

}  // namespace tnn::onednn
