#include "pipelines/recipe_model.h"

#include <fmt/format.h>

#include "core/error.h"
#include "models/model_options.h"
#include "pipelines/run_folder.h"

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

ModelDescription describe_recipe_model(const Recipe& recipe) try {
  const GatingRule rule{recipe.text("gating.strategy"), rounding_from_name(recipe.text("gating.rounding")),
                        static_cast<int>(recipe.integer("gating.min_active")), compensation_from_name(recipe.text("gating.compensation"))};
  return describe_model(build_model(recipe), rule, batch_norm_mode_from_name(recipe.text("training.batch_norm")));
} catch (const UsageError& error) {
  throw placed(recipe, error);
}

ModelDescription describe_recipe_or_model(const std::filesystem::path& path, const Recipe::Overrides& overrides) {
  const bool run = std::filesystem::is_directory(path);
  if (!run && path.extension() != ".safetensors") return describe_recipe_model(Recipe::load(path, overrides));
  const std::filesystem::path model = find_model_file(path, overrides);
  return description_from_metadata(SafetensorsFile(model).metadata(), model.string());
}

std::filesystem::path find_model_file(const std::filesystem::path& run_or_model, const Recipe::Overrides& overrides) {
  if (!std::filesystem::is_directory(run_or_model)) return run_or_model;
  const RunFolder folder(run_or_model);
  if (!std::filesystem::exists(folder.recipe()))
    throw DataError(fmt::format("'{}' is not a run: it holds no recipe.resolved.yaml", run_or_model.string()));
  const std::string name = Recipe::load(folder.recipe(), overrides).text("export.model");
  if (!std::filesystem::exists(run_or_model / name))
    throw DataError(fmt::format("'{}' holds no {}: its training has not finished (tnn train RECIPE --out {} --resume goes on)",
                                run_or_model.string(), name, run_or_model.string()));
  return run_or_model / name;
}

}  // namespace tnn
