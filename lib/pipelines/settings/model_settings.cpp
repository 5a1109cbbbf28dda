#include "pipelines/settings/model_settings.h"

#include "core/error.h"

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

Graph build_model(const Recipe& recipe) { return build_model(recipe.text("model.name"), model_options(recipe)); }

ModelDescription describe_recipe_model(const Recipe& recipe) try {
  const GatingRule rule{recipe.text("gating.strategy"), rounding_from_name(recipe.text("gating.rounding")),
                        static_cast<int>(recipe.integer("gating.min_active")), compensation_from_name(recipe.text("gating.compensation"))};
  return describe_model(build_model(recipe), rule, batch_norm_mode_from_name(recipe.text("training.batch_norm")));
} catch (const UsageError& error) {
  throw placed(recipe, error);
}

}  // namespace tnn
