#pragma once

#include "core/table.h"
#include "pipelines/train.h"

namespace tnn {

/// Learns the gates of a recipe on the data path of `from`, a run folder or a model file, in a run folder of its own; sweeps the test set
/// and writes the reports.
TrainResult train_gates(const Recipe& recipe, const std::filesystem::path& from, const TrainOptions& options, Progress& progress);

/// What train_gates would do, after checking all that can be checked, with an estimate of the time from a few real steps. Writes nothing.
std::string dry_run_gates(const Recipe& recipe, const std::filesystem::path& from, const TrainOptions& train, TableFormat format);

/// UsageError where the recipe has no learned gates.
void require_gates(const Recipe& recipe);

}  // namespace tnn
