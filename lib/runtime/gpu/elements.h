#pragma once

#include <cmath>

#include "runtime/gpu/commands.h"
#include "runtime/gpu/device_code.h"

/// What one GPU thread does for each command: compute the element of the output that an index names. Numbers are stored as Number (float,
/// half, bfloat16) and computed in fp32.
namespace tnn::gpu {

/// The memories that offsets refer to.
template <typename Number>
struct Memory {
  Number* arena = nullptr;
  const ChannelSource* sources = nullptr;
  const Number* weights = nullptr;
  const GroupRow* group_rows = nullptr;
  const float* affine = nullptr;
};

template <typename Number>
TNN_DEVICE_CODE ChannelSource source_of(const Memory<Number>& memory, const Read& read, int64_t channel) {
  if (channel >= read.channels) return {};
  if (read.table >= 0) return memory.sources[read.table + channel];
  return {read.first.offset + channel, read.first.input_stride, read.first.position_stride};
}

template <typename Number>
TNN_DEVICE_CODE float value_at(const Memory<Number>& memory, const ChannelSource& source, int64_t input, int64_t position) {
  if (source.offset < 0) return 0.0f;
  return static_cast<float>(memory.arena[source.offset + input * source.input_stride + position * source.position_stride]);
}

/// The larger of two numbers; NaN where one of them is.
TNN_DEVICE_CODE float maximum(float a, float b) { return a > b || a != a ? a : b; }

/// NaN stays NaN.
TNN_DEVICE_CODE float activated(Activate kind, float x) {
  switch (kind) {
    case Activate::relu:
      return x < 0.0f ? 0.0f : x;
    case Activate::relu6:
      return x < 0.0f ? 0.0f : (x > 6.0f ? 6.0f : x);
    case Activate::sigmoid:
      return 1.0f / (1.0f + expf(-x));
    default:
      return x;
  }
}

/// An index of an image taken apart.
struct Place {
  int64_t input = 0, position = 0, channel = 0;
};
TNN_DEVICE_CODE Place place_of(const Image& image, int64_t index) {
  const int64_t pixel = index / image.stride;
  return {pixel / image.positions, pixel % image.positions, index % image.stride};
}

/// Stores the finished sum; padding gets 0.
template <typename Number>
TNN_DEVICE_CODE void store(const Memory<Number>& memory, const Image& image, const Finish& finish, const Place& at, int64_t index,
                           float sum) {
  float x = 0.0f;
  if (at.channel < image.channels) {
    x = sum;
    if (finish.affine >= 0) x = memory.affine[finish.affine + at.channel] * x + memory.affine[finish.affine + image.stride + at.channel];
    if (finish.has_residual) x += value_at(memory, source_of(memory, finish.residual, at.channel), at.input, at.position);
    x = activated(finish.activation, x);
  }
  memory.arena[image.offset + index] = static_cast<Number>(x);
}

struct Coordinates {
  int64_t at[3];
};
TNN_DEVICE_CODE Coordinates coordinates_of(const Extent& extent, int64_t position) {
  return {{position / (extent.size[1] * extent.size[2]), position / extent.size[2] % extent.size[1], position % extent.size[2]}};
}

/// The input position of a tap (a, b, c) of an output position; -1 outside the input.
TNN_DEVICE_CODE int64_t tapped_position(const Taps& taps, const Extent& input, const Coordinates& output, const Coordinates& tap) {
  int64_t position = 0;
  for (int d = 0; d < 3; ++d) {
    const int64_t at = output.at[d] * taps.stride[d] - taps.padding[d] + tap.at[d] * taps.dilation[d];
    if (at < 0 || at >= input.size[d]) return -1;
    position = position * input.size[d] + at;
  }
  return position;
}
TNN_DEVICE_CODE int64_t tap_count(const Taps& taps) { return taps.kernel[0] * taps.kernel[1] * taps.kernel[2]; }
TNN_DEVICE_CODE Coordinates tap_coordinates(const Taps& taps, int64_t tap) {
  return coordinates_of({{taps.kernel[0], taps.kernel[1], taps.kernel[2]}}, tap);
}

template <typename Number>
TNN_DEVICE_CODE void import_element(const Memory<Number>& memory, const Import& command, const float* inputs, int64_t index) {
  const Image& image = command.output;
  const Place at = place_of(image, index);
  const float x = at.channel < image.channels ? inputs[(at.input * image.channels + at.channel) * image.positions + at.position] : 0.0f;
  memory.arena[image.offset + index] = static_cast<Number>(x);
}

/// `index` counts the numbers of the outputs.
template <typename Number>
TNN_DEVICE_CODE void export_element(const Memory<Number>& memory, const Export& command, float* outputs, int64_t index) {
  const int64_t plane = index / command.positions;
  const ChannelSource source = source_of(memory, command.read, plane % command.read.channels);
  outputs[index] = value_at(memory, source, plane / command.read.channels, index % command.positions);
}

/// An element of the matrix [inputs x output positions][taps x width] that a contraction multiplies by its weights.
template <typename Number>
TNN_DEVICE_CODE void unfold_element(const Memory<Number>& memory, const Contraction& command, int64_t first_input, Number* matrix,
                                    int64_t index) {
  const int64_t columns = tap_count(command.taps) * command.width, row = index / columns, column = index % columns;
  const int64_t input = first_input + row / command.output.positions;
  const int64_t position =
      tapped_position(command.taps, command.input_extent, coordinates_of(command.output_extent, row % command.output.positions),
                      tap_coordinates(command.taps, column / command.width));
  const ChannelSource source = source_of(memory, command.input, column % command.width);
  matrix[index] = static_cast<Number>(position < 0 ? 0.0f : value_at(memory, source, input, position));
}

/// Finishes the sums [inputs x positions][stride] of a contraction, the first of which is of input `first_input`.
template <typename Number>
TNN_DEVICE_CODE void finish_element(const Memory<Number>& memory, const Contraction& command, int64_t first_input, const float* sums,
                                    int64_t index) {
  const Image& image = command.output;
  const int64_t whole = index + first_input * image.positions * image.stride;
  store(memory, image, command.finish, place_of(image, whole), whole, sums[index]);
}

template <typename Number>
TNN_DEVICE_CODE void grouped_element(const Memory<Number>& memory, const GroupedConvolution& command, int64_t index) {
  const Image& image = command.output;
  const Place at = place_of(image, index);
  float sum = 0.0f;
  if (at.channel < image.channels) {
    const GroupRow row = memory.group_rows[command.rows + at.channel];
    const Coordinates output = coordinates_of(command.output_extent, at.position);
    const int64_t taps = tap_count(command.taps);
    for (int64_t tap = 0; tap < taps; ++tap) {
      const int64_t position = tapped_position(command.taps, command.input_extent, output, tap_coordinates(command.taps, tap));
      if (position < 0) continue;
      for (int64_t i = 0; i < row.count; ++i)
        sum += static_cast<float>(memory.weights[row.weights + tap * row.count + i]) *
               value_at(memory, source_of(memory, command.input, row.first + i), at.input, position);
    }
  }
  store(memory, image, command.finish, at, index, sum);
}

template <typename Number>
TNN_DEVICE_CODE void pointwise_element(const Memory<Number>& memory, const Pointwise& command, int64_t index) {
  const Place at = place_of(command.output, index);
  float sum = 0.0f;
  for (int i = 0; i < command.addend_count; ++i)
    sum += value_at(memory, source_of(memory, command.addends[i], at.channel), at.input, at.position);
  store(memory, command.output, command.finish, at, index, sum);
}

// Layer norm: `lanes` threads share a row, each has every lanes-th channel. They add up what each of them gives for the mean, then for the
// variance, and only then store.

template <typename Number>
TNN_DEVICE_CODE float row_value(const Memory<Number>& memory, const LayerNormalization& command, int64_t row, int64_t channel) {
  return value_at(memory, source_of(memory, command.input, channel), row / command.output.positions, row % command.output.positions);
}

template <typename Number>
TNN_DEVICE_CODE float row_sum(const Memory<Number>& memory, const LayerNormalization& command, int64_t row, int lane, int lanes) {
  float sum = 0.0f;
  for (int64_t c = lane; c < command.output.channels; c += lanes) sum += row_value(memory, command, row, c);
  return sum;
}

/// Of the squared differences from the mean.
template <typename Number>
TNN_DEVICE_CODE float row_squares(const Memory<Number>& memory, const LayerNormalization& command, int64_t row, float mean, int lane,
                                  int lanes) {
  float sum = 0.0f;
  for (int64_t c = lane; c < command.output.channels; c += lanes) {
    const float centred = row_value(memory, command, row, c) - mean;
    sum += centred * centred;
  }
  return sum;
}

template <typename Number>
TNN_DEVICE_CODE void store_row(const Memory<Number>& memory, const LayerNormalization& command, int64_t row, float mean, float variance,
                               int lane, int lanes) {
  const Image& image = command.output;
  const float factor = 1.0f / sqrtf(variance + command.epsilon);
  for (int64_t c = lane; c < image.stride; c += lanes) {
    const float x = c < image.channels ? (row_value(memory, command, row, c) - mean) * factor : 0.0f;
    store(memory, image, command.finish, {row / image.positions, row % image.positions, c}, row * image.stride + c, x);
  }
}

/// Average pooling divides by the part of the window that lies inside the padded input.
template <typename Number>
TNN_DEVICE_CODE void pooling_element(const Memory<Number>& memory, const Pooling& command, int64_t index) {
  const Place at = place_of(command.output, index);
  const ChannelSource source = source_of(memory, command.input, at.channel);
  const Coordinates output = coordinates_of(command.output_extent, at.position);
  float result = command.maximum ? -INFINITY : 0.0f;
  for (int64_t tap = 0; tap < tap_count(command.taps); ++tap) {
    const int64_t position = tapped_position(command.taps, command.input_extent, output, tap_coordinates(command.taps, tap));
    if (position < 0) continue;
    const float x = value_at(memory, source, at.input, position);
    result = command.maximum ? maximum(result, x) : result + x;
  }
  if (!command.maximum) {
    int64_t counted = 1;
    for (int d = 0; d < 3; ++d) {
      const int64_t begin = output.at[d] * command.taps.stride[d] - command.taps.padding[d];
      const int64_t end = begin + command.taps.kernel[d], past = command.input_extent.size[d] + command.taps.padding[d];
      counted *= (end < past ? end : past) - begin;
    }
    result /= static_cast<float>(counted);
  }
  store(memory, command.output, {}, at, index, result);
}

template <typename Number>
TNN_DEVICE_CODE void global_pooling_element(const Memory<Number>& memory, const GlobalPooling& command, int64_t index) {
  const Place at = place_of(command.output, index);
  const ChannelSource source = source_of(memory, command.input, at.channel);
  float result = command.maximum ? -INFINITY : 0.0f;
  for (int64_t position = 0; position < command.input_positions; ++position) {
    const float x = value_at(memory, source, at.input, position);
    result = command.maximum ? maximum(result, x) : result + x;
  }
  if (!command.maximum) result /= static_cast<float>(command.input_positions);
  store(memory, command.output, {}, at, index, result);
}

}  // namespace tnn::gpu
