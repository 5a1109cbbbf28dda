#pragma once

#include <optional>

#include "control/controller_features.h"
#include "control/input_controller.h"
#include "models/mlp.h"
#include "models/registry.h"
#include "runtime/saved_model.h"

namespace tnn {

inline constexpr int64_t kClasses = 5, kBatch = 8;
inline const std::vector<double> kActions{0.25, 0.5, 1};
inline constexpr ControllerInput kInputs[] = {ControllerInput::pixels, ControllerInput::features, ControllerInput::logits};

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
    options.input = seen_shape(model, input);
    options.classes = 3, options.cardinality = 1, options.hidden = {6};
    network.emplace(describe_model(mlp(options), {"nested", Rounding::ceil, 1}, BatchNormMode::shared), seed, 3);
    const ControllerDescription description{input,
                                            kActions,
                                            model_identity(SafetensorsFile(model.path)),
                                            {},
                                            input == ControllerInput::features ? features_of(model).name() : ""};
    std::vector<TensorView> views;
    for (const auto& [name, numbers] : network->tensors)
      views.push_back({name, DType::f32, network->shapes.at(name), reinterpret_cast<const std::byte*>(numbers.data())});
    SafetensorsMetadata metadata = description_to_metadata(network->description);
    metadata.merge(controller_to_metadata(description));
    write_safetensors(path, views, metadata);
  }
  static ControllerFeatures features_of(const SavedModel& model) { return {model.model.description, "", kActions.front()}; }
  static std::vector<int64_t> seen_shape(const SavedModel& model, ControllerInput input) {
    if (input == ControllerInput::pixels) return {1, 8, 8};
    return {input == ControllerInput::logits ? kClasses : features_of(model).count()};
  }

  TemporaryFolder folder;
  std::filesystem::path path = folder.path() / "controller.safetensors";
  std::optional<RandomModel> network;
};

inline RuntimeOptions reference_engine() { return {.engine = "reference", .batch_limit = kBatch}; }

}  // namespace tnn
