#pragma once

#include "formats/model_description.h"
#include "pipelines/output_check.h"
#include "recipe/recipe.h"

namespace tnn {

/// The description of a recipe's model, of a model file, or of the model file in a run folder. `inputs`, where it is not null, gets the
/// files that it is made from.
ModelDescription describe_recipe_or_model(const std::filesystem::path& path, const Recipe::Overrides& overrides,
                                          CommandInputs* inputs = nullptr);

/// The model file itself, or the one that a run folder holds (its name is in the run's recipe); DataError where a run holds none.
std::filesystem::path find_model_file(const std::filesystem::path& run_or_model, const Recipe::Overrides& overrides = {});

}  // namespace tnn
