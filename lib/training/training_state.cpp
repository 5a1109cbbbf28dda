#include "training/training_state.h"

#include <nlohmann/json.hpp>

#include "core/json_text.h"

namespace tnn {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(MetricSum, sum, count)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(EpochSummary, epoch, training_loss, training_metric, validation, score, learning_rate, seconds)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(LearningRate::State, best, waited, reductions)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(TrainingState, epoch, step_in_epoch, global_step, loss_sum, loss_steps, metric, seconds, best_score,
                                   best_epoch, learning_rate, history)

namespace {

void rename_key(nlohmann::json& object, const char* from, const char* to) {
  if (!object.contains(from)) return;
  object[to] = object[from];
  object.erase(from);
}

/// Keys of states that versions before tasks wrote.
void take_older_keys(nlohmann::json& state) {
  if (!state.is_object() || !state.contains("correct")) return;
  state["metric"] = {{"sum", state["correct"]}, {"count", state["seen"]}};
  for (nlohmann::json& epoch : state["history"]) {
    rename_key(epoch, "training_accuracy", "training_metric");
    rename_key(epoch, "validation_accuracy", "validation");
  }
}

}  // namespace

std::string training_state_to_json(const TrainingState& state) { return nlohmann::json(state).dump(); }

TrainingState training_state_from_json(const std::string& text, const std::filesystem::path& file) {
  try {
    auto state = parse_json<nlohmann::json>(text);
    take_older_keys(state);
    return state.get<TrainingState>();
  } catch (const nlohmann::json::exception& fault) {
    throw DataError("'" + file.string() + "' has a damaged training state: " + json_fault(fault));
  } catch (const UsageError& error) {
    throw DataError("'" + file.string() + "' has a damaged training state: " + error.what());
  }
}

}  // namespace tnn
