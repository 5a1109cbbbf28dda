#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "runtime/onednn/aligned_memory.h"
#include "runtime/onednn/layer.h"

namespace tnn::onednn {

/// The numbers of a weighted step at an operating point: which rows and columns of the weights, in which order, and the batch norm that is
/// folded in. Steps of different points that use the same numbers share one packed copy.
struct WeightSelection {
  const float* weights = nullptr;  ///< [out, columns, taps] as in the model file
  int64_t columns = 0;             ///< inputs of an output (of its group) at full width
  int64_t taps = 1;
  std::vector<int64_t> outputs;              ///< at full width
  std::vector<std::vector<int64_t>> inputs;  ///< of each active group: columns of the weights that are used, in the order of the operand
  std::vector<float> scale, shift;           ///< of each active output

  bool operator==(const WeightSelection&) const = default;
};

/// Weights in the layout of oneDNN's kernels, with the scale folded in, and the shift as bias.
struct PackedLayer {
  WeightSelection selection;
  dnnl::memory::desc layout;
  AlignedMemory weights;
};

/// All packed copies of a model: made when a context first needs them, shared by all contexts. Any thread may ask.
class PackedWeights {
 public:
  explicit PackedWeights(dnnl::engine engine) : engine_(std::move(engine)) {}
  /// A copy of these numbers in the layout of `layer`. Stays where it is while this object lives.
  const PackedLayer& pack(const WeightSelection& selection, const LayerShape& shape, const Layer& layer);
  int64_t bytes() const;

 private:
  dnnl::engine engine_;
  mutable std::mutex mutex_;
  std::deque<PackedLayer> layers_;
};

}  // namespace tnn::onednn
