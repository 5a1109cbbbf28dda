#pragma once

#include "pipelines/run_model.h"

namespace tnn {

/// The same by LibTorch: masked execution, which computes everything and multiplies by the gates.
RunResult run_model_in_torch(const RunRequest& request);

}  // namespace tnn
