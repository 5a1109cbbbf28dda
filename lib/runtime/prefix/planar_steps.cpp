#include "runtime/prefix/planar_steps.h"

#include <fmt/format.h>

#include <algorithm>

namespace tnn::prefix {

void PlanarStep::run(const RunState& state, Share share) const { convolution_.run({state.arena, output_.in(state), nullptr}, share); }

std::string PlanarStep::describe() const {
  const kernels::PlanarTiling& tiling = convolution_.tiling();
  return fmt::format("planar {}x{}{}", tiling.outputs, tiling.vectors, preactivated_ ? ", pre-activation" : "");
}

PlanarPoolStep::PlanarPoolStep(const kernels::PoolMap& map, PoolKind kind, std::vector<Part> inputs, Part output)
    : map_(map), kind_(kind), inputs_(std::move(inputs)), output_(output) {}

void PlanarPoolStep::run(const RunState& state, Share share) const {
  float* const output = output_.place.in(state);
  for (const Part& part : inputs_)
    for (int64_t c = 0; c < part.channels; ++c) {
      const int64_t channel = part.output_channel + c;
      if (channel < share.begin || channel >= share.end) continue;
      run_channel(part.place.in(state) + c * part.channel_stride, part.pixel_stride, output + channel * output_.channel_stride);
    }
}

void PlanarPoolStep::run_channel(const float* input, int64_t stride, float* output) const {
  const bool largest = kind_ == PoolKind::max;
  for (size_t i = 0; i < map_.output.size(); ++i) {
    const int32_t* const begin = map_.input.data() + map_.first[i];
    const int32_t* const end = map_.input.data() + map_.first[i + 1];
    float value = 0;
    if (end - begin == 4) {  // the usual window, without a chain
      const float a = input[begin[0] * stride], b = input[begin[1] * stride], c = input[begin[2] * stride], d = input[begin[3] * stride];
      value = largest ? std::max(std::max(a, b), std::max(c, d)) : (a + b) + (c + d);
    } else {
      value = input[*begin * stride];
      for (const int32_t* pixel = begin + 1; pixel != end; ++pixel)
        value = largest ? std::max(value, input[*pixel * stride]) : value + input[*pixel * stride];
    }
    output[map_.output[i] * output_.pixel_stride] = largest ? value : value * map_.factor[i];
  }
}

}  // namespace tnn::prefix
