#include "runtime/prefix/layer_weights.h"

namespace tnn::prefix {
namespace {

/// The weights of some outputs, one after another; `row` numbers each.
std::vector<float> rows_of(const float* source, int64_t row, const ChannelRanges& outputs) {
  std::vector<float> rows;
  for (const ChannelRange& range : outputs) rows.insert(rows.end(), source + range.begin * row, source + range.end * row);
  return rows;
}

}  // namespace

LayerWeights::LayerWeights(const LoweredModel& model, const Step& step, Layer layer, bool bf16) : layer_(std::move(layer)), bf16_(bf16) {
  const float* source = model.weights.weight(step.node);
  const int64_t outputs = layer_.outputs_per_group, inputs = layer_.inputs_per_group, taps = layer_.taps();
  const bool local = is_local(model.plan, step, layer_);
  if (local) {
    local_ = std::make_unique<const kernels::LocalWeights>(source, layer_.groups * outputs, inputs, taps);
    bytes_ += static_cast<int64_t>(local_->bytes());
  } else {
    for (int64_t g = 0; g < layer_.groups; ++g) groups_.push_back(pack(source + g * outputs * inputs * taps, outputs, bytes_));
  }
  for (const PlanPoint& point : model.plan.points) {
    points_.push_back(weights_of(source, output_pieces(layer_, local, point.channels[static_cast<size_t>(step.output)])));
    bytes_ += points_.back().copied_bytes;
  }
}

PointWeights LayerWeights::weights_of(const float* source, const std::vector<OutputPiece>& pieces) {
  PointWeights at{local_.get(), {}, 0};
  const int64_t row = layer_.inputs_per_group * layer_.taps();
  for (const OutputPiece& piece : pieces) {
    const int64_t outputs = count_channels(piece.outputs);
    if (!piece.copied) {
      const int64_t first = piece.outputs.front().begin - piece.group * layer_.outputs_per_group;
      if (!local_) at.pieces.push_back({groups_[static_cast<size_t>(piece.group)], first, outputs, piece.output_channel, piece.group});
      continue;
    }
    const std::vector<float> rows = rows_of(source, row, piece.outputs);
    if (local_) {
      local_copies_.emplace_back(rows.data(), outputs, layer_.inputs_per_group, layer_.taps());
      at.local = &local_copies_.back();
      at.copied_bytes += static_cast<int64_t>(at.local->bytes());
    } else {
      at.pieces.push_back({pack(rows.data(), outputs, at.copied_bytes), 0, outputs, piece.output_channel, piece.group});
    }
  }
  return at;
}

WeightsRef LayerWeights::pack(const float* source, int64_t outputs, int64_t& bytes) {
  if (bf16_) {
    bf16_weights_.emplace_back(source, outputs, layer_.inputs_per_group, layer_.taps());
    bytes += static_cast<int64_t>(bf16_weights_.back().bytes());
    return {nullptr, &bf16_weights_.back()};
  }
  fp32_weights_.emplace_back(source, outputs, layer_.inputs_per_group, layer_.taps());
  bytes += static_cast<int64_t>(fp32_weights_.back().bytes());
  return {&fp32_weights_.back(), nullptr};
}

}  // namespace tnn::prefix
