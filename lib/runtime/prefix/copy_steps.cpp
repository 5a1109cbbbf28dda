#include "runtime/prefix/copy_steps.h"

#include <algorithm>

#include "runtime/prefix/short_rows.h"

namespace tnn::prefix {

void LoadInputStep::run(const RunState& state, Share share) const {
  const auto positions = static_cast<int64_t>(options_.pixels->size()), channels = options_.channels;
  float* const to = options_.place.in(state);
  const float* const from = state.input + state.first_image * channels * positions;
  if (options_.planar) {
    for (int64_t item = share.begin; item < share.end; ++item) {
      float* const plane = to + item / channels * options_.image_stride + item % channels * options_.stride;
      const float* source = from + item * positions;
      for (const Share& row : *options_.rows) {
        copy_row(source, plane + row.begin, row.end - row.begin);
        source += row.end - row.begin;
      }
    }
    return;
  }
  for (int64_t image = share.begin; image < share.end; ++image)
    kernels::channel_major_to_wide(from + image * channels * positions,
                                   {to + image * options_.image_stride, options_.stride, options_.pixels}, channels, positions, {0, 1});
}

void PlanesToRowsStep::run(const RunState& state, Share share) const {
  const float* const from = options_.from.in(state);
  float* const to = options_.to.in(state);
  for (int64_t r = share.begin; r < share.end; ++r) {
    const Share& row = (*options_.rows)[static_cast<size_t>(r)];
    for (int64_t pixel = row.begin; pixel < row.end; ++pixel)
      for (int64_t c = 0; c < options_.channels; ++c) to[pixel * options_.stride + c] = from[c * options_.plane + pixel];
  }
}

void StoreOutputStep::run(const RunState& state, Share share) const {
  float* const output = state.outputs.at(output_);
  if (!output) return;
  for (int64_t image = share.begin; image < share.end; ++image) {
    float* const to = output + (state.first_image + image) * numbers_;
    std::fill(to, to + numbers_, 0.0F);
    for (const Part& part : parts_) {
      const float* const from = part.from.place.in(state) + part.from_channel;
      for (int64_t p = 0; p < part.positions; ++p) {
        const float* const pixel = from + (*part.from.pixels)[static_cast<size_t>(image * part.positions + p)] * part.from.stride;
        for (int64_t c = 0; c < part.channels; ++c) to[part.to + c * part.positions + p] = pixel[c];
      }
    }
  }
}

void GatherStep::run(const RunState& state, Share share) const {
  for (int64_t i = share.begin; i < share.end; ++i) {
    float* const to = output_.place.in(state) + (*output_.pixels)[static_cast<size_t>(i)] * output_.stride;
    for (const Part& part : parts_) {
      const WidePlace& from = part.part.from;
      const float* const source = from.place.in(state);
      float* const target = to + part.part.channel;
      if (part.positions == 0) {
        const float* const pixel = source + (*from.pixels)[static_cast<size_t>(i)] * from.stride;
        std::copy(pixel, pixel + from.channels, target);
        continue;
      }
      for (int64_t p = 0; p < part.positions; ++p) {
        const float* const pixel = source + (*from.pixels)[static_cast<size_t>(i * part.positions + p)] * from.stride;
        for (int64_t c = 0; c < from.channels; ++c) target[c * part.positions + p] = pixel[c];
      }
    }
  }
}

}  // namespace tnn::prefix
