#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "control/action_outputs.h"

namespace tnn {

/// What a frozen data path says of the training and validation samples, kept from one training of a controller to the next.
struct KeptOutputs {
  ActionOutputs train, validation;
};

/// Writes an HDF5 file, whole or not at all. `key`: what the outputs follow from (model, data, recipe).
void write_kept_outputs(const std::filesystem::path& file, const std::string& key, const KeptOutputs& outputs);
/// std::nullopt where there is no such file, it has another key, or it is damaged: the outputs are then to be computed anew.
std::optional<KeptOutputs> read_kept_outputs(const std::filesystem::path& file, const std::string& key);

}  // namespace tnn
