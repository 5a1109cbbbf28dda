#pragma once

#include <filesystem>
#include <string>

#include "core/table.h"
#include "recipe/recipe.h"

namespace tnn {

/// What `train` would do with a recipe, after checking all that can be checked: data found, model and operating points, steps, the folder,
/// and an estimate of the time from a few real training steps on real images. Writes nothing.
std::string dry_run(const Recipe& recipe, const std::filesystem::path& out, TableFormat format);

}  // namespace tnn
