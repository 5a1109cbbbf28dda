#include "pipelines/settings/model_settings.h"

#include <fmt/format.h>

#include <algorithm>

#include "control/controller_description.h"
#include "control/controller_features.h"
#include "core/error.h"
#include "formats/safetensors.h"
#include "models/faster_rcnn.h"

namespace tnn {
namespace {

/// The same error with the place in the recipe of the key that it begins with, else of the model.
UsageError placed(const Recipe& recipe, const UsageError& error) {
  const std::string message = error.what();
  const std::string word = message.substr(0, message.find_first_of(": "));
  const bool is_key = find_recipe_key(word) != nullptr;
  const char* const model = recipe.text("model.name") == "file" && !recipe.text("model.file").empty() ? "model.file" : "model.name";
  return recipe.fault(is_key ? word : model, message);
}

/// The same of the controller's network, whose keys have the names of the model's.
UsageError placed_in_controller(const Recipe& recipe, const UsageError& error) {
  std::string message = error.what();
  const std::string word = message.substr(0, message.find_first_of(": "));
  if (find_recipe_key(word) && word.rfind("controller.", 0) == 0) return recipe.fault(word, message.substr(word.size() + 2));
  if (word.rfind("model.", 0) != 0) return recipe.fault("controller.model", message);
  message.replace(0, 5, "controller");
  const std::string key = message.substr(0, message.find_first_of(": "));
  return recipe.fault(find_recipe_key(key) ? key : "controller.model", message);
}

/// Whether model.file is a model file, of which the recipe takes the graph and the operating points, not a graph as JSON.
bool takes_model_file(const Recipe& recipe) {
  return recipe.text("model.name") == "file" && std::filesystem::path(recipe.text("model.file")).extension() == ".safetensors";
}

/// Graph, gating rule and operating points as the model file has them; batch norm as the recipe says.
ModelDescription describe_model_file(const Recipe& recipe) {
  for (const char* key : {"gating.strategy", "gating.rounding", "gating.min_active", "gating.compensation"})
    if (!recipe.has_default_value(key))
      throw UsageError(std::string(key) +
                       ": the model file that model.file names decides how u becomes open groups (allowed: leave the key out)");
  const std::string& file = recipe.text("model.file");
  ModelDescription found = description_from_metadata(SafetensorsFile(file).metadata(), file);
  ModelDescription description;
  description.batch_norm = batch_norm_mode_from_name(recipe.text("training.batch_norm"));
  const bool random = make_gating_strategy(found.graph, found.gating, found.points)->is_random();
  if (random && description.batch_norm == BatchNormMode::switchable)
    throw UsageError("training.batch_norm: switchable needs a list of operating points, the model file draws them by chance");
  description.graph = std::move(found.graph);
  description.gating = found.gating;
  description.points = std::move(found.points);
  for (OperatingPoint& point : description.points) point.validation_accuracy.reset();
  return description;
}

/// The shape of what a controller looks at.
std::vector<int64_t> seen_shape(const Recipe& recipe, const ModelDescription& datapath) {
  const Graph& graph = datapath.graph;
  switch (controller_input_from_name(recipe.text("controller.input"))) {
    case ControllerInput::pixels:
      return graph.dimensions(graph.input().shape);
    case ControllerInput::logits:
      return graph.dimensions(graph.shape(graph.outputs().front()));
    case ControllerInput::features:
      break;
  }
  try {
    const double first_u = 1 / static_cast<double>(recipe.integer("controller.actions"));
    return {ControllerFeatures(datapath, recipe.text("controller.features"), first_u).count()};
  } catch (const UsageError& error) {
    throw UsageError(std::string("controller.features: ") + error.what());
  }
}

}  // namespace

ModelOptions model_options(const Recipe& recipe) {
  ModelOptions options;
  options.input = recipe.integers("model.input");
  options.classes = recipe.integer("model.classes");
  options.cardinality = static_cast<int>(recipe.integer("model.cardinality"));
  options.stages = recipe.texts("model.stages");
  options.hidden = recipe.integers("model.hidden");
  options.batch_norm = recipe.boolean("model.batch_norm");
  options.pool_before_norm = recipe.boolean("model.pool_before_norm");
  options.dropout = recipe.real("model.dropout");
  options.depth = static_cast<int>(recipe.integer("model.depth"));
  options.group_width = recipe.integer("model.group_width");
  options.width_multiplier = recipe.real("model.width_multiplier");
  options.variant = recipe.text("model.variant");
  options.file = recipe.text("model.file");
  return options;
}

std::optional<DetectorOptions> detector_options(const Recipe& recipe) {
  const std::vector<std::string>& pyramid = recipe.texts("detector.fpn");
  if (recipe.text("detector.cut").empty() && pyramid.empty()) return std::nullopt;
  if (!recipe.text("detector.cut").empty() && !pyramid.empty())
    throw recipe.fault("detector.fpn", "is given beside detector.cut (allowed: one of the two)");
  const auto number = [&](const char* key) { return recipe.integer(std::string("detector.") + key); };
  const auto real = [&](const char* key) { return recipe.real(std::string("detector.") + key); };
  DetectorOptions options;
  options.anchors = {recipe.reals("detector.anchor_sizes"), recipe.reals("detector.anchor_ratios")};
  if (!pyramid.empty()) options.levels = static_cast<int64_t>(options.anchors.sizes.size());
  if (const auto levels = static_cast<int64_t>(pyramid.size()); levels > 0 && options.levels != levels && options.levels != levels + 1)
    throw recipe.fault("detector.anchor_sizes",
                       fmt::format("are {} for {} levels of detector.fpn (allowed: {} or {})", options.levels, levels, levels, levels + 1));
  options.proposals.after_nms = number("proposals");
  options.proposals.before_nms = std::max(options.proposals.before_nms, options.proposals.after_nms);
  options.training_proposals.after_nms = number("training_proposals");
  options.training_proposals.before_nms = std::max(options.training_proposals.before_nms, options.training_proposals.after_nms);
  options.proposals.smallest_side = options.training_proposals.smallest_side = real("proposal_smallest_side");
  options.proposals.nms_threshold = options.training_proposals.nms_threshold = real("proposal_nms");
  options.anchor_sampling = {number("anchor_samples"), 0.5, real("anchor_foreground_iou"), real("anchor_background_iou")};
  options.region_sampling = {number("region_samples"), real("region_positives"), real("region_iou"), real("region_iou")};
  options.detections = {real("score_threshold"), real("nms"), number("most_detections")};
  if (options.anchor_sampling.background_iou > options.anchor_sampling.foreground_iou)
    throw recipe.fault("detector.anchor_background_iou", "is above detector.anchor_foreground_iou");
  return options;
}

Graph build_model(const Recipe& recipe) {
  Graph graph = build_model(recipe.text("model.name"), model_options(recipe));
  const auto detector = detector_options(recipe);
  if (!detector) return graph;
  FasterRcnnOptions options;
  options.cut = recipe.text("detector.cut");
  options.classes = recipe.integer("model.classes");
  options.anchors = anchors_of_level(*detector, 0).per_place();
  options.channels = recipe.integer("detector.channels");
  options.roi_align = {recipe.integer("detector.roi_size"), recipe.integer("detector.roi_ratio"), detector->proposals.after_nms,
                       recipe.boolean("detector.roi_aligned")};
  options.pyramid = {recipe.texts("detector.fpn"), recipe.integer("detector.fpn_channels"),
                     static_cast<int>(recipe.integer("detector.fpn_cardinality")), detector->levels};
  options.head_features = recipe.integer("detector.head_features");
  options.head_cardinality = static_cast<int>(recipe.integer("detector.head_cardinality"));
  return faster_rcnn(graph, options);
}

Graph build_controller(const Recipe& recipe, const ModelDescription& datapath) try {
  ModelOptions options;
  options.input = seen_shape(recipe, datapath);
  options.classes = recipe.integer("controller.actions");
  options.cardinality = 1;
  options.hidden = recipe.integers("controller.hidden");
  options.batch_norm = recipe.boolean("controller.batch_norm");
  options.dropout = recipe.real("controller.dropout");
  options.depth = static_cast<int>(recipe.integer("controller.depth"));
  options.variant = recipe.text("controller.variant");
  options.width_multiplier = recipe.real("controller.width_multiplier");
  options.file = recipe.text("controller.file");
  return build_model(recipe.text("controller.model"), options);
} catch (const UsageError& error) {
  throw placed_in_controller(recipe, error);
}

ModelDescription describe_recipe_model(const Recipe& recipe) try {
  if (takes_model_file(recipe)) return describe_model_file(recipe);
  const GatingRule rule{recipe.text("gating.strategy"), rounding_from_name(recipe.text("gating.rounding")),
                        static_cast<int>(recipe.integer("gating.min_active")), compensation_from_name(recipe.text("gating.compensation"))};
  ModelDescription description = describe_model(build_model(recipe), rule, batch_norm_mode_from_name(recipe.text("training.batch_norm")));
  description.detector = detector_options(recipe);
  if (description.detector) {
    const Graph& graph = description.graph;
    description.task = "detection";
    description.detector->stride = graph.input().shape.extent.front() / graph.shape(graph.outputs().front()).extent.front();
    check_detector(*description.detector, "detector");
  }
  return description;
} catch (const UsageError& error) {
  throw placed(recipe, error);
}

}  // namespace tnn
