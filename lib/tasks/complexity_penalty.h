#pragma once

#include <ATen/core/Tensor.h>

#include <string>

namespace tnn {

enum class PenaltyKind { hinge, distance };
PenaltyKind penalty_from_name(const std::string& name);

/// C(x, u) of DTNN Eq. 5 and 6.
struct PenaltyOptions {
  PenaltyKind kind = PenaltyKind::distance;
  int power = 2;  ///< p: 1 or 2
};

/// max(0, c - u)^p (hinge) or |c - u|^p (distance) of complexities and utilizations [N], element by element.
at::Tensor complexity_penalty(const at::Tensor& complexity, const at::Tensor& u, const PenaltyOptions& options);

}  // namespace tnn
