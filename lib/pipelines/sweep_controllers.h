#pragma once

#include "pipelines/sweep_utilization.h"

namespace tnn {

/// Adds to a curve how the controller of options.controller did on the test samples, beside what it must beat (see ControllerRivals), with
/// every one's own cost. `loader`: the test samples in order. UsageError where the controller was trained for other weights.
void add_controllers(const SweepOptions& options, const Network& network, Loader& loader, UtilizationCurve& curve, Progress& progress);

}  // namespace tnn
