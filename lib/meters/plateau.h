#pragma once

#include <cstddef>
#include <vector>

namespace tnn {

/// When a warm-up has come to a plateau: the medians of the last kBlocks blocks of inferences differ by no more than kSpread of their mean.
class PlateauTest {
 public:
  static constexpr size_t kBlocks = 4;
  static constexpr double kSpread = 0.03;

  /// The median of the next block, in any unit.
  void add(double block_median) { medians_.push_back(block_median); }
  bool reached() const;

 private:
  std::vector<double> medians_;
};

}  // namespace tnn
