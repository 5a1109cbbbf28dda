#pragma once

#include "evaluation/sweep.h"
#include "runtime/throttled_network.h"

namespace tnn {

/// The same model in an engine of the runtime, as it will be deployed: images on the CPU, at most options.batch_limit at a time. It throws
/// UsageError for a configuration that is no operating point of the model file.
Classifier runtime_classifier(const std::filesystem::path& model, const RuntimeOptions& options);

}  // namespace tnn
