#pragma once

#include "formats/model_description.h"
#include "recipe/recipe.h"

namespace tnn {

/// The model that a recipe declares, without data. UsageError with its place in the recipe where it cannot be built.
ModelDescription describe_recipe_model(const Recipe& recipe);

/// The description of a recipe's model, of a model file, or of the model file in a run folder.
ModelDescription describe_recipe_or_model(const std::filesystem::path& path, const Recipe::Overrides& overrides);

/// The model file itself, or the one that a run folder holds (its name is in the run's recipe); DataError where a run holds none.
std::filesystem::path find_model_file(const std::filesystem::path& run_or_model, const Recipe::Overrides& overrides = {});

}  // namespace tnn
