#include "runtime/onednn/packed_weights.h"

#include <algorithm>

namespace tnn::onednn {
namespace {

/// The selected numbers, row-major, times the scale of their output.
std::vector<float> selected(const WeightSelection& s) {
  std::vector<float> numbers;
  const size_t per_group = s.outputs.size() / s.inputs.size();
  for (size_t i = 0; i < s.outputs.size(); ++i) {
    const float* row = s.weights + s.outputs[i] * s.columns * s.taps;
    for (const int64_t column : s.inputs[i / per_group])
      for (int64_t tap = 0; tap < s.taps; ++tap) numbers.push_back(s.scale[i] * row[column * s.taps + tap]);
  }
  return numbers;
}

}  // namespace

const PackedLayer& PackedWeights::pack(const WeightSelection& selection, const LayerShape& shape, const Layer& layer) {
  const std::lock_guard lock(mutex_);
  const auto known = std::find_if(layers_.begin(), layers_.end(), [&](const PackedLayer& packed) {
    return packed.layout == layer.weights && packed.selection == selection;
  });
  if (known != layers_.end()) return *known;
  std::vector<float> numbers = selected(selection);
  AlignedMemory weights(static_cast<int64_t>(layer.weights.get_size()));
  dnnl::memory from(plain_weights(shape), engine_, numbers.data()), to(layer.weights, engine_, weights.data());
  dnnl::stream stream(engine_);
  dnnl::reorder(from, to).execute(stream, from, to);
  stream.wait();
  layers_.push_back({selection, layer.weights, std::move(weights)});
  return layers_.back();
}

int64_t PackedWeights::bytes() const {
  const std::lock_guard lock(mutex_);
  int64_t bytes = 0;
  for (const PackedLayer& layer : layers_) {
    const WeightSelection& s = layer.selection;
    size_t numbers = s.outputs.size() + s.scale.size() + s.shift.size();
    for (const auto& columns : s.inputs) numbers += columns.size();
    bytes += layer.weights.bytes() + static_cast<int64_t>(numbers * sizeof(int64_t));
  }
  return bytes;
}

}  // namespace tnn::onednn
