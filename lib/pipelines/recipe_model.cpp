#include "pipelines/recipe_model.h"

#include <fmt/format.h>

#include "core/error.h"
#include "pipelines/run_folder.h"
#include "pipelines/settings/model_settings.h"

namespace tnn {

ModelDescription describe_recipe_or_model(const std::filesystem::path& path, const Recipe::Overrides& overrides, CommandInputs* inputs) {
  const bool run = std::filesystem::is_directory(path);
  if (!run && path.extension() != ".safetensors") {
    const Recipe recipe = Recipe::load(path, overrides);
    if (inputs) {
      for (const std::filesystem::path& file : recipe.files()) inputs->add("the recipe", file);
      for (const char* key : {"model.file", "model.pretrained"}) inputs->add(key, recipe.text(key));
    }
    return describe_recipe_model(recipe);
  }
  const std::filesystem::path model = find_model_file(path, overrides);
  if (inputs) {
    inputs->add_model(path);
    inputs->add("the model", model);
  }
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
