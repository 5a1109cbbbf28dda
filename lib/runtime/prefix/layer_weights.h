#pragma once

#include <deque>
#include <memory>

#include "runtime/kernels/local_convolution.h"
#include "runtime/lowered_model.h"
#include "runtime/prefix/layer.h"

namespace tnn::prefix {

/// Some outputs of a layer at an operating point that one kernel call computes: neighbours in the packed weights and in the result.
struct WeightPiece {
  const kernels::PackedWeights* weights = nullptr;
  int64_t first_output = 0;  ///< in the weights, a multiple of 16
  int64_t outputs = 0;
  int64_t output_channel = 0;  ///< in the result, active channels counted
  int64_t group = 0;           ///< whose inputs it reads
};

/// What a layer computes with at an operating point: local weights, or pieces.
struct PointWeights {
  const kernels::LocalWeights* local = nullptr;
  std::vector<WeightPiece> pieces;
  int64_t copied_bytes =
      0;  ///< weights packed for this point alone: a configuration whose outputs are no prefix, nor begin at blocks of 16
};

/// The weights of one weighted step, packed once for all operating points; what does not fit that is packed for a point of its own.
class LayerWeights {
 public:
  LayerWeights(const LoweredModel& model, const Step& step, Layer layer);

  const Layer& layer() const { return layer_; }
  const PointWeights& at(int point) const { return points_[static_cast<size_t>(point)]; }
  int64_t bytes() const { return bytes_; }

 private:
  bool can_be_local(const LoweredModel& model, const Step& step) const;
  PointWeights local_at(const float* source, const ChannelRanges& outputs);
  PointWeights pieces_at(const float* source, const ChannelRanges& outputs);
  void add_piece(const float* source, ChannelRange outputs, int64_t output_channel, PointWeights& at);

  Layer layer_;
  std::unique_ptr<const kernels::LocalWeights> local_;
  std::vector<kernels::PackedWeights> groups_;
  std::deque<kernels::LocalWeights> local_copies_;
  std::deque<kernels::PackedWeights> copies_;
  std::vector<PointWeights> points_;
  int64_t bytes_ = 0;
};

}  // namespace tnn::prefix
