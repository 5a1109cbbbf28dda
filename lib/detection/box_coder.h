#pragma once

#include <array>
#include <vector>

#include "detection/box.h"

namespace tnn {

/// A box relative to another: dx, dy of the centres over the reference's width and height, dw, dh the logarithms of the ratios of sizes
/// (Girshick et al. 2014, appendix C), each times a weight.
class BoxCoder {
 public:
  explicit BoxCoder(std::array<double, 4> weights = {1, 1, 1, 1}) : weights_(weights) {}
  /// `weights`: four.
  explicit BoxCoder(const std::vector<double>& weights) : weights_{weights.at(0), weights.at(1), weights.at(2), weights.at(3)} {}

  /// What decode() needs to find `box` from `reference`. Sides below one hundredth of a pixel count as that, so that all is finite.
  std::array<double, 4> encode(const Box& reference, const Box& box) const;
  /// dw and dh are cut at log(1000 / 16), so that no box is infinite.
  Box decode(const Box& reference, const std::array<double, 4>& deltas) const;

 private:
  std::array<double, 4> weights_;
};

}  // namespace tnn
