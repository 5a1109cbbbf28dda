#pragma once

#include "formats/model_description.h"
#include "models/registry.h"
#include "recipe/recipe.h"

namespace tnn {

/// The recipe's `model` section.
ModelOptions model_options(const Recipe& recipe);

/// The graph that a recipe declares; UsageError with the place in the recipe where it cannot be built.
Graph build_model(const Recipe& recipe);

/// The recipe's `detector` section; nothing where it has none (detector.cut and detector.fpn are empty).
std::optional<DetectorOptions> detector_options(const Recipe& recipe);

/// The model that a recipe declares, without data: its graph, gating rule, operating points and batch norm.
ModelDescription describe_recipe_model(const Recipe& recipe);

/// The graph of the controller that a recipe declares for a data path, whose features (where it looks at them) are those of its own first
/// action: as many outputs as actions, not throttleable. UsageError with the place in the recipe where it cannot be built.
Graph build_controller(const Recipe& recipe, const ModelDescription& datapath);

}  // namespace tnn
