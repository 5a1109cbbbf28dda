#include "training/training_state.h"

#include <nlohmann/json.hpp>

#include "core/json_text.h"

namespace tnn {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(EpochSummary, epoch, training_loss, training_accuracy, validation_accuracy, score, learning_rate,
                                   seconds)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(LearningRate::State, best, waited, reductions)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(TrainingState, epoch, step_in_epoch, global_step, loss_sum, loss_steps, correct, seen, seconds,
                                   best_score, best_epoch, learning_rate, history)

std::string training_state_to_json(const TrainingState& state) { return nlohmann::json(state).dump(); }

TrainingState training_state_from_json(const std::string& text, const std::filesystem::path& file) {
  try {
    return parse_json<nlohmann::json>(text).get<TrainingState>();
  } catch (const nlohmann::json::exception& fault) {
    throw DataError("'" + file.string() + "' has a damaged training state: " + json_fault(fault));
  } catch (const UsageError& error) {
    throw DataError("'" + file.string() + "' has a damaged training state: " + error.what());
  }
}

}  // namespace tnn
