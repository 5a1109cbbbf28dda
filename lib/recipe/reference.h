#pragma once

#include <string>

#include "core/table.h"

namespace tnn {

/// Every key of a recipe with type, default, allowed values, unit and help: what `tnn recipe keys` prints. Text and CSV are one table;
/// Markdown has a heading and a table for each section (docs/recipes.md); JSON is an array of objects whose defaults, ranges and choices
/// are typed values.
std::string recipe_reference(TableFormat format);

}  // namespace tnn
