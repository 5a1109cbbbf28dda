#pragma once

#include "pipelines/train.h"
#include "pipelines/training_stage.h"

namespace tnn {

/// Sweeps what a stage has trained and writes the reports into its folder: sets the result's curve and appends the files.
void sweep_run(const Recipe& recipe, const TrainedStage& trained, const RunFolder& folder, const std::string& command, int threads,
               TrainResult& result, Progress& progress);

}  // namespace tnn
