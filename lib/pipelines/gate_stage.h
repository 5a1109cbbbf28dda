#pragma once

#include "network/network.h"
#include "pipelines/experiment.h"
#include "pipelines/training_stage.h"

namespace tnn {

/// The trained data path of a model file, checked against the recipe whose gates are to be learned on it: the same network, the same data
/// set, with gates, batch norm not switchable. UsageError says what differs.
Network load_datapath(const Experiment& experiment, const std::filesystem::path& model);

/// Learns gates on a frozen data path (DTNN 3.2.6) in a run folder: checkpoints, metrics.jsonl, TensorBoard events; then makes them a table
/// of operating points, measures their batch-norm statistics, and writes the model file, which holds the gates' weights too. With `resume`,
/// goes on from the last checkpoint. Throws Error(terminated or interrupted) after a checkpoint where a stop was requested.
TrainedStage train_gate_stage(const Experiment& experiment, Network& datapath, const TrainingData& data, const RunFolder& folder,
                              bool resume, Progress& progress);

}  // namespace tnn
