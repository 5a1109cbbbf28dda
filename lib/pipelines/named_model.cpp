#include "pipelines/named_model.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.h"
#include "formats/safetensors.h"
#include "pipelines/described_data.h"
#include "pipelines/initial_network.h"
#include "pipelines/recipe_model.h"
#include "pipelines/run_folder.h"

namespace tnn {
namespace {

/// What may be set for a model that is trained already: whole sections, and single keys of the others.
std::vector<std::string> settable_names() {
  std::vector<std::string> names;
  for (const RecipeSection& section : recipe_sections())
    if (section.of_trained_model) names.push_back(section.name + ".*");
  for (const RecipeKey& key : recipe_keys())
    if (key.of_trained_model) names.push_back(key.path);
  return names;
}

void check_overrides(const Recipe::Overrides& overrides) {
  for (const std::string& text : overrides) {
    const RecipeKey* key = find_recipe_key(text.substr(0, text.find('=')));
    if (key && !is_of_trained_model(*key))
      throw UsageError(fmt::format("--set {}: the model file decides {}; of a trained model can be set: {}", text, key->path,
                                   fmt::join(settable_names(), ", ")));
  }
}

NamedModel use_by(const Recipe& recipe, std::filesystem::path model) {
  return {std::move(model),
          data_settings(recipe),
          evaluation_settings(recipe),
          output_settings(recipe),
          run_settings(recipe),
          "",
          {},
          {},
          {},
          ""};
}

}  // namespace

bool is_recipe(const std::filesystem::path& path) { return path.extension() == ".yaml" || path.extension() == ".yml"; }

NamedModel find_model(const std::filesystem::path& run_or_model, const Recipe::Overrides& overrides) {
  check_overrides(overrides);
  if (!std::filesystem::is_directory(run_or_model)) {
    NamedModel named = use_by(Recipe::defaults(overrides), run_or_model);
    named.inputs.add_model(run_or_model);
    return named;
  }
  const RunFolder folder(run_or_model);
  const auto model = find_model_file(run_or_model, overrides);
  const Recipe recipe = Recipe::load(folder.recipe(), overrides);
  NamedModel named = use_by(recipe, model);
  named.resolved_yaml = recipe.resolved_yaml();
  named.inputs.add_model(run_or_model);
  const auto last = folder.checkpoints() / "last.safetensors";
  if (std::filesystem::exists(last)) {
    const SafetensorsFile file(last);
    const auto state = file.metadata().find("tnn.training_state");
    if (state != file.metadata().end()) named.history = training_state_from_json(state->second, last).history;
  }
  return named;
}

NamedModel initial_model(const std::filesystem::path& path, const Recipe::Overrides& overrides) {
  const Recipe recipe = Recipe::load(path, overrides);
  const Settings settings = read_settings(recipe);
  const auto file = std::make_shared<TemporaryFile>("tnn-initial.safetensors");
  NamedModel named = use_by(recipe, file->path());
  named.resolved_yaml = settings.resolved_yaml;
  named.written = file;
  named.inputs.add("the recipe", path);
  for (const auto& [key, input] : settings.input_files) named.inputs.add(key, input);
  named.weights = write_initial_model(settings, named.model);
  return named;
}

NamedModel find_trained_model(const std::filesystem::path& path, const Recipe::Overrides& overrides) {
  if (!is_recipe(path)) return find_model(path, overrides);
  const Settings settings = read_settings(Recipe::load(path, overrides));
  if (settings.pretrained.file.empty())
    throw settings.fault("model.pretrained",
                         "names no file: a recipe has a trained network only by it (or give a run folder or a model file)");
  const Misfit fault = misfit(settings, load_card(card_folders(), settings.data.name));
  if (!fault.message.empty()) throw settings.fault(fault.key, fault.message);
  return initial_model(path, overrides);
}

}  // namespace tnn
