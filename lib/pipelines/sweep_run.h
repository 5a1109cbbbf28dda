#pragma once

#include "pipelines/stage.h"
#include "pipelines/train.h"

namespace tnn {

/// Sweeps what a stage has trained and writes the reports into its folder: sets the result's curve and appends the files.
void sweep_run(const Settings& settings, const TrainedModel& trained, const RunFolder& folder, const std::string& command, int threads,
               TrainResult& result, Progress& progress);

}  // namespace tnn
