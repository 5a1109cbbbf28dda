#include "pipelines/recipe_model.h"

#include <fmt/format.h>

#include "core/error.h"
#include "pipelines/run_folder.h"
#include "pipelines/settings/model_settings.h"

namespace tnn {

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
