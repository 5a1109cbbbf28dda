#pragma once

#include <vector>

#include "control/action_outputs.h"
#include "control/controller_features.h"
#include "core/progress.h"
#include "data/loader.h"
#include "distributed/agreement.h"
#include "network/network.h"

namespace tnn {

/// Computes a classifier at `utilizations` for all samples of a loader that has one epoch in order, sliced, each batch decoded once; with
/// the features that a controller looks at, where `features` is given: then its node is an output of the network
/// (GraphBuilder::with_output). Several processes, each with a loader of its share, compute their samples and get the outputs of all.
/// Interrupted at a request to stop; UsageError where all of it would take more memory than 8 GiB.
ActionOutputs collect_outputs(const Network& network, Loader& loader, const std::vector<double>& utilizations, Progress& progress,
                              const ControllerFeatures* features = nullptr, const SharedGroup& group = {});

}  // namespace tnn
