#pragma once

#include <filesystem>
#include <string>

#include "training/epoch_loop.h"

namespace tnn {

/// A training state as JSON text, exact to the last bit, and back; DataError, which names the file that the text is from, where it is
/// damaged.
std::string training_state_to_json(const TrainingState& state);
TrainingState training_state_from_json(const std::string& text, const std::filesystem::path& file);

}  // namespace tnn
