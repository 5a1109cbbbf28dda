#pragma once

#include <deque>
#include <limits>
#include <memory>

#include "runtime/kernels/local_convolution.h"
#include "runtime/kernels/winograd_weights.h"
#include "runtime/lowered_model.h"
#include "runtime/prefix/output_pieces.h"

namespace tnn::prefix {

/// Packed weights of a layer, in the precision it computes in.
struct WeightsRef {
  const kernels::PackedWeights* fp32 = nullptr;
  const kernels::PackedBf16Weights* bf16 = nullptr;
};

/// An output piece and the weights it is computed with.
struct WeightPiece {
  WeightsRef weights;
  int64_t first_output = 0;  ///< in the weights, a multiple of 16
  int64_t outputs = 0;
  int64_t output_channel = 0;  ///< in the result, active channels counted
  int64_t group = 0;           ///< whose inputs it reads
};

/// What a layer computes with at an operating point: local weights, or pieces.
struct PointWeights {
  const kernels::LocalWeights* local = nullptr;
  const kernels::WinogradWeights* winograd = nullptr;  ///< if not null: what to compute with; the others may be missing then
  /// Minimal filtering with the one piece there is, its filters transformed each time, unless the output lies in planes.
  bool transforms_filters = false;
  std::vector<WeightPiece> pieces;
  int64_t copied_bytes = 0;  ///< packed for this point alone
};

/// In what forms a layer's weights are packed.
struct WeightForms {
  bool bf16 = false;
  std::vector<bool> winograd_points;      ///< points that compute with transformed weights; empty: none do
  std::vector<bool> transforming_points;  ///< points that filter with the weights as they are, transformed each time; empty: none do
  /// Outputs, and inputs of a group, up to which some point computes with the weights as they are; 0: none does.
  int64_t direct_outputs = std::numeric_limits<int64_t>::max(), direct_inputs = std::numeric_limits<int64_t>::max();
};

/// The weights of one weighted step, packed once for all operating points; what does not fit that is packed for a point of its own.
class LayerWeights {
 public:
  LayerWeights(const LoweredModel& model, const Step& step, Layer layer, WeightForms forms);

  const Layer& layer() const { return layer_; }
  const PointWeights& at(int point) const { return points_[static_cast<size_t>(point)]; }
  /// Whether the point computes with the weights as they are.
  bool uses_plain_weights(int point) const { return forms_.winograd_points.empty() || !forms_.winograd_points[static_cast<size_t>(point)]; }
  int64_t bytes() const { return bytes_; }

 private:
  PointWeights weights_of(const float* source, const std::vector<OutputPiece>& pieces);
  // Both pack the weights that some point computes with as they are, of all groups.
  void pack_local(const float* source);
  void pack_shared(const float* source);
  /// Packs some outputs and counts their bytes.
  WeightsRef pack(const float* source, int64_t outputs, int64_t inputs, int64_t& bytes);

  Layer layer_;
  WeightForms forms_;
  bool is_local_ = false;
  std::unique_ptr<const kernels::LocalWeights> local_;
  std::unique_ptr<const kernels::WinogradWeights> winograd_;
  std::vector<WeightsRef> groups_;
  std::deque<kernels::LocalWeights> local_copies_;
  std::deque<kernels::PackedWeights> fp32_weights_;
  std::deque<kernels::PackedBf16Weights> bf16_weights_;
  std::vector<PointWeights> points_;
  int64_t bytes_ = 0;
};

}  // namespace tnn::prefix
