#pragma once

#include <cstddef>
#include <limits>
#include <vector>

namespace tnn::prefix {

/// The ways to compute a step at an operating point, and what each takes, in microseconds where measured, in cycles where estimated (those
/// of steps of which there is no choice are not, and 0); infinite where it cannot be done so.
struct StepTuning {
  double wide = std::numeric_limits<double>::infinity();      ///< channels side by side, by the fastest tiling that was tried
  double winograd = std::numeric_limits<double>::infinity();  ///< by minimal filtering
  double planar = std::numeric_limits<double>::infinity();    ///< in a region of planes
  int tiling_rank = 0;                                        ///< of choose_wide_tiling
  /// By minimal filtering whose filters are transformed each time; where the others are measured, of `winograd` as estimated.
  double transforming = std::numeric_limits<double>::infinity();

  bool operator==(const StepTuning&) const = default;
};

/// Times that decide between ways to compute, in place of estimates.
struct Tuning {
  static constexpr double kWeightShare = 1.05;

  std::vector<std::vector<StepTuning>> points = {};  ///< [operating point][step] of the plan; none: the estimates decide
  double weight_share = kWeightShare;                ///< numbers that packed weights and tables may take, to those in the model's file
};

}  // namespace tnn::prefix
