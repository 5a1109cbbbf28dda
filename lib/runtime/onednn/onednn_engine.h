#pragma once

#include "runtime/engine.h"

namespace tnn {

/// Weighted steps by oneDNN, the rest by loops over rows. oneDNN's kernels do not read parts of a weight tensor at full speed, so that each
/// operating point has a packed copy of the weights it uses. UsageError for a precision other than fp32.
std::unique_ptr<Engine> make_onednn_engine(std::shared_ptr<const LoweredModel> model, const EngineOptions& options);

}  // namespace tnn
