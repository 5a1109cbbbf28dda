#pragma once

#include <vector>

#include "runtime/prefix/layer.h"

namespace tnn::prefix {

/// Which steps multiply in bf16, and which values are stored in it. The layer whose result is an output of the network stays in fp32, so
/// that near classes are not rounded to the same number; so do depthwise layers and those of few channels a group, and layers that read
/// parts which begin at an odd channel (bf16 weights lie in pairs of inputs).
struct PrecisionChoice {
  std::vector<bool> bf16_steps;   ///< of each step of the plan
  std::vector<bool> bf16_values;  ///< what a bf16 step reads or writes

  /// All in fp32.
  explicit PrecisionChoice(const Plan& plan) : bf16_steps(plan.steps.size()), bf16_values(plan.values.size()) {}
  /// A dense step, `layer`, computes in bf16 where it can.
  void use_bf16(const Plan& plan, size_t step, const Layer& layer);
};

}  // namespace tnn::prefix
