#pragma once

#include <optional>

#include "control/input_controller.h"
#include "models/mlp.h"
#include "models/registry.h"
#include "runtime/saved_model.h"

namespace tnn {

inline constexpr int64_t kClasses = 5, kBatch = 8;
inline const std::vector<double> kActions{0.25, 0.5, 1};

/// A throttleable classifier of [1, 8, 8] with random weights.
inline RandomModel random_classifier(uint64_t seed) {
  ModelOptions options;
  options.input = {1, 8, 8}, options.classes = kClasses, options.cardinality = 4, options.stages = {"8", "M", "16"}, options.hidden = {};
  return RandomModel(describe_model(build_model("vgg_w", options), {"nested", Rounding::ceil, 1}, BatchNormMode::shared), seed);
}

/// A controller for it, with random weights.
struct SavedController {
  SavedController(const SavedModel& model, ControllerInput input, uint64_t seed) {
    ModelOptions options;
    options.input = input == ControllerInput::pixels ? std::vector<int64_t>{1, 8, 8} : std::vector<int64_t>{kClasses};
    options.classes = 3, options.cardinality = 1, options.hidden = {6};
    network.emplace(describe_model(mlp(options), {"nested", Rounding::ceil, 1}, BatchNormMode::shared), seed, 3);
    const ControllerDescription description{input, kActions, model_identity(SafetensorsFile(model.path)), {}};
    std::vector<TensorView> views;
    for (const auto& [name, numbers] : network->tensors)
      views.push_back({name, DType::f32, network->shapes.at(name), reinterpret_cast<const std::byte*>(numbers.data())});
    SafetensorsMetadata metadata = description_to_metadata(network->description);
    metadata.merge(controller_to_metadata(description));
    write_safetensors(path, views, metadata);
  }
  TemporaryFolder folder;
  std::filesystem::path path = folder.path() / "controller.safetensors";
  std::optional<RandomModel> network;
};

inline RuntimeOptions reference_engine() { return {.engine = "reference", .batch_limit = kBatch}; }

}  // namespace tnn
