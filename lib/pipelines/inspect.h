#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/table.h"
#include "formats/model_description.h"
#include "recipe/recipe.h"

namespace tnn {

/// What is to be told of a recipe's model, a model file or a run.
struct InspectRequest {
  std::filesystem::path recipe_or_model;
  Recipe::Overrides overrides;
  TableFormat format = TableFormat::text;
  std::optional<double> plan_u;      ///< the steps that the runtime executes at this utilization (plan_table), in place of the tables
  std::filesystem::path graph_file;  ///< not empty: the graph is written there, as JSON that `model.file` takes
};

/// Layers, channel spaces, gates and the cost of every operating point. As JSON one object with layers, spaces, gates and operating_points:
/// [{u, macs, flops, parameters, activation_bytes, ...}]. The graph is written when the tables are made. UsageError where its file is one
/// that the model is made from.
std::string inspect(const InspectRequest& request);

/// The table u -> groups, parameters, MACs, FLOPs, activation memory, bytes of weights that the prefix engine packs for the point alone (0
/// where its groups are a prefix), and validation accuracy where the model has it.
Table operating_point_table(const ModelDescription& description);

}  // namespace tnn
