#include "training/checkpoint.h"

#include <ATen/core/Tensor.h>
#include <fmt/format.h>

#include <cmath>

#include "core/error.h"
#include "training/training_state.h"

namespace tnn {
namespace {

constexpr const char* kStateKey = "tnn.training_state";
constexpr const char* kFingerprintKey = "tnn.training_fingerprint";

}  // namespace

void save_checkpoint(const std::filesystem::path& path, const Network& network, const NamedTensors& tensors, const TrainingState& state,
                     const Fingerprint& fingerprint) {
  save_network(path, network, tensors, {{kStateKey, training_state_to_json(state)}, {kFingerprintKey, fingerprint_to_json(fingerprint)}});
}

TrainingState read_checkpoint_state(const SafetensorsFile& file, const Fingerprint& fingerprint) {
  const auto metadata = [&](const char* key) {
    const auto found = file.metadata().find(key);
    if (found == file.metadata().end())
      throw DataError(fmt::format("'{}' holds no training state: it cannot be resumed", file.path().string()));
    return found->second;
  };
  const std::string difference = fingerprint_difference(fingerprint, fingerprint_from_json(metadata(kFingerprintKey)));
  if (!difference.empty())
    throw UsageError(fmt::format(
        "'{}' belongs to a training with other settings ({}): resume with the recipe, --set values and data it was started with "
        "(recipe.resolved.yaml beside it), or start anew with --overwrite",
        file.path().string(), difference));
  return training_state_from_json(metadata(kStateKey), file.path());
}

void check_finite(const std::vector<ParameterStore::Entry>& parameters, const TrainingState& state, const std::filesystem::path& last) {
  for (const auto& entry : parameters)
    if (!std::isfinite(entry.tensor.detach().sum().item<double>()))
      throw Error(ExitCode::diverged,
                  fmt::format("'{}' is not finite after step {} (epoch {}): training stopped; the last good checkpoint is '{}'", entry.name,
                              state.global_step, state.epoch + 1, last.string()));
}

}  // namespace tnn
