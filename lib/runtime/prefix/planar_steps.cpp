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
  const int32_t* pixel = map_.input.data();
  for (size_t i = 0; i < map_.output.size(); ++i) {
    const int32_t* const end = map_.input.data() + map_.first[i + 1];
    float value = input[*pixel++ * stride];
    if (kind_ == PoolKind::max) {
      for (; pixel != end; ++pixel) value = std::max(value, input[*pixel * stride]);
    } else {
      for (; pixel != end; ++pixel) value += input[*pixel * stride];
      value *= map_.factor[i];
    }
    output[map_.output[i] * output_.pixel_stride] = value;
  }
}

}  // namespace tnn::prefix
