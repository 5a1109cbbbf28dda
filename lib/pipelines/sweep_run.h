#pragma once

#include "pipelines/stage.h"
#include "pipelines/train.h"

namespace tnn {

/// Sweeps what a stage has trained, in all processes, and writes the reports into its folder, in rank 0: sets the result's curve and
/// appends the files.
void sweep_run(const Settings& settings, const TrainedModel& trained, const RunFolder& folder, const std::string& command, int threads,
               const SharedGroup& group, TrainResult& result, Progress& progress);

}  // namespace tnn
