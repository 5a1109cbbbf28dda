#pragma once

#include "runtime/engine.h"

namespace tnn {

/// The engine for any processor: one packed copy of the weights, of which every operating point reads a prefix (docs/decisions/0010).
/// UsageError for a precision other than fp32 or an instruction set that this processor lacks.
std::unique_ptr<Engine> make_prefix_engine(std::shared_ptr<const LoweredModel> model, const EngineOptions& options);

}  // namespace tnn
