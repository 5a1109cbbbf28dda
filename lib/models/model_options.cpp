#include "models/model_options.h"

#include "core/error.h"

namespace tnn {

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
  options.variant = recipe.text("model.variant");
  options.file = recipe.text("model.file");
  return options;
}

Graph build_model(const Recipe& recipe) {
  try {
    return build_model(recipe.text("model.name"), model_options(recipe));
  } catch (const UsageError& error) {
    throw recipe.fault("model.name", error.what());
  }
}

}  // namespace tnn
