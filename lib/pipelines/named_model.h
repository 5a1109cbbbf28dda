#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/atomic_file.h"
#include "pipelines/output_check.h"
#include "pipelines/settings/settings.h"
#include "recipe/recipe.h"
#include "training/training_state.h"

namespace tnn {

/// A model named on a command line: a run folder (its model file, settings and history), a model file, or a recipe; and how to use it.
struct NamedModel {
  std::filesystem::path model;
  DataSettings data;
  EvaluationSettings evaluation;
  OutputSettings output;
  RunSettings run;
  std::string resolved_yaml;  ///< the recipe it was trained by; empty for a model file
  std::vector<EpochSummary> history;
  std::shared_ptr<const TemporaryFile> written;  ///< the model file of a recipe, for as long as it is in use
  CommandInputs inputs;                          ///< what it is made from
  std::string weights;                           ///< of a recipe: what its weights were read from (see load_pretrained)
};

/// Whether a path names a recipe (.yaml, .yml), not a model.
bool is_recipe(const std::filesystem::path& path);

/// The run folder or model file of this path. UsageError where an override sets what the model file decides (model, gating, training, the
/// data set). `overrides` as of Recipe.
NamedModel find_model(const std::filesystem::path& run_or_model, const Recipe::Overrides& overrides);

/// A recipe's network before training (see write_initial_model), in a temporary file.
NamedModel initial_model(const std::filesystem::path& recipe, const Recipe::Overrides& overrides);

/// A trained network: as find_model; of a recipe the one that model.pretrained names. UsageError for a recipe that names none, and for one
/// whose model does not fit its data set.
NamedModel find_trained_model(const std::filesystem::path& path, const Recipe::Overrides& overrides);

}  // namespace tnn
