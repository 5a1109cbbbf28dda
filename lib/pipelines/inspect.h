#pragma once

#include <filesystem>
#include <string>

#include "core/table.h"
#include "formats/model_description.h"
#include "recipe/recipe.h"

namespace tnn {

/// Layers, channel spaces, gates and the cost of every operating point of a recipe's model, a model file or a run. As JSON one object with
/// layers, spaces, gates and operating_points: [{u, macs, flops, parameters, activation_bytes, ...}].
std::string inspect(const std::filesystem::path& recipe_or_model, const Recipe::Overrides& overrides, TableFormat format);

/// The steps that the runtime executes at utilization u, with MACs and bytes: plan_table().
std::string inspect_plan(const std::filesystem::path& recipe_or_model, const Recipe::Overrides& overrides, double u, TableFormat format);

/// The table u -> groups, parameters, MACs, FLOPs, activation memory, bytes of weights that the prefix engine packs for the point alone (0
/// where its groups are a prefix), and validation accuracy where the model has it.
Table operating_point_table(const ModelDescription& description);

}  // namespace tnn
