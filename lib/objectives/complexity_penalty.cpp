#include "objectives/complexity_penalty.h"

#include <ATen/TensorOperators.h>

#include "core/error.h"

namespace tnn {

PenaltyKind penalty_from_name(const std::string& name) {
  if (name == "hinge") return PenaltyKind::hinge;
  if (name == "distance") return PenaltyKind::distance;
  throw UsageError(unknown_name_message("penalty", name, {"hinge", "distance"}));
}

at::Tensor complexity_penalty(const at::Tensor& complexity, const at::Tensor& u, const PenaltyOptions& options) {
  const at::Tensor excess = complexity - u;
  const at::Tensor distance = options.kind == PenaltyKind::hinge ? excess.clamp_min(0) : excess.abs();
  return options.power == 1 ? distance : distance * distance;
}

}  // namespace tnn
