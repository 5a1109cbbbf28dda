#pragma once

#include <vector>

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
    ChannelRange rows, columns;  ///< columns: of tensors with two and more dimensions
    at::Tensor values;
  };
  static at::Tensor cut(const at::Tensor& tensor, const Block& block);
  void keep(const at::Tensor& parameter, const ChannelRanges& rows, const ChannelRanges& columns);

  int point_;
  std::vector<Block> blocks_;
};

}  // namespace tnn
