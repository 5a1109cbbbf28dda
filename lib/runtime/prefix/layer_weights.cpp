#include "runtime/prefix/layer_weights.h"

#include <algorithm>

namespace tnn::prefix {
namespace {

/// The weights of some outputs, one after another: of the `row` numbers of each, the first `used`.
std::vector<float> rows_of(const float* source, int64_t row, int64_t used, const ChannelRanges& outputs) {
  std::vector<float> rows;
  for (const ChannelRange& range : outputs)
    for (int64_t o = range.begin; o < range.end; ++o) rows.insert(rows.end(), source + o * row, source + o * row + used);
  return rows;
}

}  // namespace

LayerWeights::LayerWeights(const LoweredModel& model, const Step& step, Layer layer, WeightForms forms)
    : layer_(std::move(layer)), forms_(std::move(forms)) {
  const float* source = model.weights.weight(step.node);
  is_local_ = is_local(model.plan, step, layer_);
  if (is_local_)
    pack_local(source);
  else
    pack_shared(source);
  if (!forms_.winograd_points.empty()) {
    winograd_ = std::make_unique<const kernels::WinogradWeights>(source, layer_.groups * layer_.outputs_per_group, layer_.inputs_per_group,
                                                                 layer_.groups > 1);
    bytes_ += static_cast<int64_t>(winograd_->bytes());
  }
  for (size_t p = 0; p < model.plan.points.size(); ++p) {
    const ChannelRanges& active = model.plan.points[p].channels[static_cast<size_t>(step.output)];
    points_.push_back(weights_of(source, output_pieces(layer_, is_local_, active)));
    if (!uses_plain_weights(static_cast<int>(p))) points_.back().winograd = winograd_.get();
    points_.back().transforms_filters = !forms_.transforming_points.empty() && forms_.transforming_points[p];
    bytes_ += points_.back().copied_bytes;
  }
}

void LayerWeights::pack_local(const float* source) {
  const int64_t all = layer_.groups * layer_.outputs_per_group;
  const int64_t channels = std::min(forms_.direct_outputs, all);
  if (channels == 0) return;
  local_ = std::make_unique<const kernels::LocalWeights>(source, channels, layer_.inputs_per_group, layer_.taps());
  bytes_ += static_cast<int64_t>(local_->bytes());
}

void LayerWeights::pack_shared(const float* source) {
  const int64_t inputs = std::min(layer_.inputs_per_group, forms_.direct_inputs);
  const int64_t row = layer_.inputs_per_group * layer_.taps();
  for (int64_t g = 0; g < layer_.groups; ++g) {
    const int64_t before = g * layer_.outputs_per_group;
    const int64_t outputs = std::clamp<int64_t>(forms_.direct_outputs - before, 0, layer_.outputs_per_group);
    const float* const own = source + before * row;
    if (outputs == 0)
      groups_.emplace_back();
    else if (inputs == layer_.inputs_per_group)
      groups_.push_back(pack(own, outputs, inputs, bytes_));
    else
      groups_.push_back(pack(rows_of(own, row, inputs * layer_.taps(), {{0, outputs}}).data(), outputs, inputs, bytes_));
  }
}

PointWeights LayerWeights::weights_of(const float* source, const std::vector<OutputPiece>& pieces) {
  PointWeights at{local_.get(), nullptr, false, {}, 0};
  const int64_t row = layer_.inputs_per_group * layer_.taps();
  for (const OutputPiece& piece : pieces) {
    const int64_t outputs = count_channels(piece.outputs);
    if (!piece.copied) {
      const int64_t first = piece.outputs.front().begin - piece.group * layer_.outputs_per_group;
      if (!is_local_) at.pieces.push_back({groups_[static_cast<size_t>(piece.group)], first, outputs, piece.output_channel, piece.group});
      continue;
    }
    const std::vector<float> rows = rows_of(source, row, row, piece.outputs);
    if (is_local_) {
      local_copies_.emplace_back(rows.data(), outputs, layer_.inputs_per_group, layer_.taps());
      at.local = &local_copies_.back();
      at.copied_bytes += static_cast<int64_t>(at.local->bytes());
    } else {
      at.pieces.push_back(
          {pack(rows.data(), outputs, layer_.inputs_per_group, at.copied_bytes), 0, outputs, piece.output_channel, piece.group});
    }
  }
  return at;
}

WeightsRef LayerWeights::pack(const float* source, int64_t outputs, int64_t inputs, int64_t& bytes) {
  if (forms_.bf16) {
    bf16_weights_.emplace_back(source, outputs, inputs, layer_.taps());
    bytes += static_cast<int64_t>(bf16_weights_.back().bytes());
    return {nullptr, &bf16_weights_.back()};
  }
  fp32_weights_.emplace_back(source, outputs, inputs, layer_.taps());
  bytes += static_cast<int64_t>(fp32_weights_.back().bytes());
  return {&fp32_weights_.back(), nullptr};
}

}  // namespace tnn::prefix
