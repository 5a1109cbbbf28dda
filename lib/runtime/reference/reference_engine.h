#pragma once

#include "runtime/engine.h"

namespace tnn {

/// The engine that all others are tested against: plain loops over the active channels of each step, sums in double precision. Any
/// configuration, prefix or not. UsageError for a precision other than fp32.
std::unique_ptr<Engine> make_reference_engine(std::shared_ptr<const LoweredModel> model, const EngineOptions& options);

}  // namespace tnn
