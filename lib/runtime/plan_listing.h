#pragma once

#include "core/table.h"
#include "runtime/plan.h"

namespace tnn {

/// The steps of a plan at an operating point: what each reads and writes, what is fused into it, MACs and bytes for one input (fp32). Steps
/// that do not run there are listed with mode "skip".
Table plan_table(const Graph& graph, const Plan& plan, int point);

}  // namespace tnn
