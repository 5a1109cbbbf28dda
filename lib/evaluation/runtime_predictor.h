#pragma once

#include "evaluation/sweep.h"
#include "runtime/throttled_network.h"

namespace tnn {

/// The same model in an engine of the runtime, as it will be deployed: inputs on the CPU, at most options.batch_limit at a time.
Predictor runtime_predictor(const std::filesystem::path& model, const RuntimeOptions& options);

}  // namespace tnn
