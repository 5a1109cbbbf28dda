#pragma once

#include "runtime/prefix/layer.h"

namespace tnn::prefix {

/// Active outputs of a layer at an operating point that one kernel call computes: neighbours in the packed weights and in the result.
struct OutputPiece {
  ChannelRanges outputs;       ///< of the layer at full width; one range where the weights are shared
  int64_t output_channel = 0;  ///< in the result, active channels counted
  int64_t group = 0;           ///< whose inputs they read
  bool copied = false;         ///< packed for the point alone: they do not begin at a block of the weights that all points share
};

/// Whether the layer sees one channel (depthwise), or one group of 4, 8 or 16, at the same place among the active inputs at every point.
bool is_local(const Plan& plan, const Step& step, const Layer& layer);

/// The pieces of a layer whose active outputs are `outputs`; a local layer is always one.
std::vector<OutputPiece> output_pieces(const Layer& layer, bool local, const ChannelRanges& outputs);

/// Weights, in numbers, that the prefix engine packs for an operating point alone, because its active groups are no prefix and do not begin
/// at blocks of 16 outputs. 0: the point runs on the weights that all points share.
int64_t weights_copied_for(const Plan& plan, int point);

}  // namespace tnn::prefix
