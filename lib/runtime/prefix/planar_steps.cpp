#include "runtime/prefix/planar_steps.h"

#include <fmt/format.h>

#include "core/maximum.h"

namespace tnn::prefix {

void PlanarStep::run(const RunState& state, Share share) const { convolution_.run({state.arena, output_.in(state), nullptr}, share); }

std::string PlanarStep::describe() const {
  const kernels::PlanarTiling& tiling = convolution_.tiling();
  return fmt::format("planar {}x{}{}", tiling.outputs, tiling.vectors, preactivated_ ? ", pre-activation" : "");
}

PlanarPoolStep::PlanarPoolStep(const kernels::PoolMap& map, PoolKind kind, std::vector<Part> inputs, Part output)
    : map_(map), rows_(rows_of(map)), kind_(kind), inputs_(std::move(inputs)), output_(output) {}

std::vector<PlanarPoolStep::Row> PlanarPoolStep::rows_of(const kernels::PoolMap& map) {
  std::vector<Row> rows;
  for (size_t i = 0; i < map.output.size(); ++i) {
    const int32_t* const window = map.input.data() + map.first[i];
    if (map.first[i + 1] - map.first[i] != 4 || window[1] != window[0] + 1 || window[3] != window[2] + 1) return {};
    Row* const last = rows.empty() ? nullptr : &rows.back();
    if (last && map.output[i] == last->output + last->count && window[0] == last->upper + 2 * last->count &&
        window[2] == last->lower + 2 * last->count && map.factor[i] == last->factor)
      ++last->count;
    else
      rows.push_back({window[0], window[2], map.output[i], 1, map.factor[i]});
  }
  return rows;
}

void PlanarPoolStep::run(const RunState& state, Share share) const {
  float* const output = output_.place.in(state);
  for (const Part& part : inputs_)
    for (int64_t c = 0; c < part.channels; ++c) {
      const int64_t channel = part.output_channel + c;
      if (channel < share.begin || channel >= share.end) continue;
      run_channel(part.place.in(state) + c * part.channel_stride, part.pixel_stride, output + channel * output_.channel_stride);
    }
}

template <bool Largest>
void PlanarPoolStep::run_rows(const float* input, float* output) const {
  const int64_t stride = output_.pixel_stride;
  for (const Row& row : rows_) {
    const float *const upper = input + row.upper, *const lower = input + row.lower;
    float* const to = output + row.output * stride;
    for (int64_t i = 0; i < row.count; ++i) {
      const float a = upper[2 * i], b = upper[2 * i + 1], c = lower[2 * i], d = lower[2 * i + 1];
      to[i * stride] = Largest ? maximum(maximum(a, b), maximum(c, d)) : ((a + b) + (c + d)) * row.factor;
    }
  }
}

void PlanarPoolStep::run_channel(const float* input, int64_t stride, float* output) const {
  const bool largest = kind_ == PoolKind::max;
  if (stride == 1 && !rows_.empty()) return largest ? run_rows<true>(input, output) : run_rows<false>(input, output);
  for (size_t i = 0; i < map_.output.size(); ++i) {
    const int32_t* const begin = map_.input.data() + map_.first[i];
    const int32_t* const end = map_.input.data() + map_.first[i + 1];
    float value = input[*begin * stride];
    for (const int32_t* pixel = begin + 1; pixel != end; ++pixel)
      value = largest ? maximum(value, input[*pixel * stride]) : value + input[*pixel * stride];
    output[map_.output[i] * output_.pixel_stride] = largest ? value : value * map_.factor[i];
  }
}

}  // namespace tnn::prefix
