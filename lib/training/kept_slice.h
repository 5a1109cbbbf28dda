#pragma once

#include <vector>

#include "distributed/open_blocks.h"
#include "network/network.h"

namespace tnn {

/// What a curriculum's earlier stages have trained, where its later ones train the new slice alone: all weights, biases, scales and shifts
/// that the network reads at an operating point. Under nested gating that point, and every smaller one, then computes the same for good
/// (Tann et al. 2016: incremental training). Of a weight [out, in, ...] these are the rows of the point's outputs at the columns of its
/// inputs; further columns of those rows, which larger points alone read, are not among them.
class KeptSlice {
 public:
  KeptSlice(const Network& network, int point);

  int point() const { return point_; }
  /// Zeroes the gradients of what is kept.
  void clear_gradients() const;
  /// Puts back what it was, after an update that decays weights or goes on with a momentum.
  void restore() const;

 private:
  struct Block {
    at::Tensor parameter;
    ParameterBlock place;
    at::Tensor values;
  };
  void keep(const at::Tensor& parameter, const std::vector<ParameterBlock>& blocks);

  int point_;
  std::vector<Block> blocks_;
};

}  // namespace tnn
