#pragma once

#include <filesystem>
#include <string>

#include "network/model_file.h"
#include "training/epoch_loop.h"
#include "training/fingerprint.h"

namespace tnn {

/// A checkpoint is a model file that also holds what a training needs to go on bit for bit: tensors (an optimiser's state, gates), the
/// training state, and the training's fingerprint.
void save_checkpoint(const std::filesystem::path& path, const Network& network, const NamedTensors& tensors, const TrainingState& state,
                     const Fingerprint& fingerprint);

/// The training state of a checkpoint. DataError where the file is not one; UsageError where it belongs to another training, with what
/// differs.
TrainingState read_checkpoint_state(const SafetensorsFile& file, const Fingerprint& fingerprint);

/// A last update can spoil weights before any loss shows it: Error(diverged) where one of `parameters` is not finite, so that it never
/// replaces a good checkpoint.
void check_finite(const std::vector<ParameterStore::Entry>& parameters, const TrainingState& state, const std::filesystem::path& last);

}  // namespace tnn
