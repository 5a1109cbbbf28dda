#include "tasks/complexity_penalty.h"

#include <ATen/TensorOperators.h>

#include "core/error.h"
#include "core/name_table.h"

namespace tnn {

PenaltyKind penalty_from_name(const std::string& name) {
  static constexpr NamedValue<PenaltyKind> kNames[] = {{"hinge", PenaltyKind::hinge}, {"distance", PenaltyKind::distance}};
  return value_from_name(kNames, "penalty", name);
}

at::Tensor complexity_penalty(const at::Tensor& complexity, const at::Tensor& u, const PenaltyOptions& options) {
  const at::Tensor excess = complexity - u;
  const at::Tensor distance = options.kind == PenaltyKind::hinge ? excess.clamp_min(0) : excess.abs();
  return options.power == 1 ? distance : distance * distance;
}

}  // namespace tnn
