#include "pipelines/named_model.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

#include "core/error.h"
#include "formats/safetensors.h"
#include "pipelines/described_data.h"
#include "pipelines/initial_network.h"
#include "pipelines/recipe_model.h"
#include "pipelines/run_folder.h"

namespace tnn {
namespace {

/// What may be set for a model that is trained already.
void check_overrides(const Recipe::Overrides& overrides) {
  static const std::set<std::string> sections{"evaluation", "run", "output"};
  static const std::set<std::string> keys{"data.root",    "data.workers",           "data.test_limit", "data.scaled_decoding",
                                          "data.damaged", "training.channels_last", "training.seed"};
  for (const std::string& text : overrides) {
    const std::string path = text.substr(0, text.find('='));
    if (!sections.count(path.substr(0, path.find('.'))) && !keys.count(path))
      throw UsageError(fmt::format("--set {}: the model file decides {}; of a trained model can be set: evaluation.*, run.*, output.*, {}",
                                   text, path, fmt::join(keys, ", ")));
  }
}

}  // namespace

bool is_recipe(const std::filesystem::path& path) { return path.extension() == ".yaml" || path.extension() == ".yml"; }

NamedModel find_model(const std::filesystem::path& run_or_model, const Recipe::Overrides& overrides) {
  check_overrides(overrides);
  NamedModel named;
  if (!std::filesystem::is_directory(run_or_model)) {
    named.model = run_or_model;
    named.recipe = Recipe::defaults(overrides);
    return named;
  }
  const RunFolder folder(run_or_model);
  named.model = find_model_file(run_or_model, overrides);
  named.recipe = Recipe::load(folder.recipe(), overrides);
  const auto last = folder.checkpoints() / "last.safetensors";
  if (std::filesystem::exists(last)) {
    const SafetensorsFile file(last);
    const auto state = file.metadata().find("tnn.training_state");
    if (state != file.metadata().end()) named.history = training_state_from_json(state->second).history;
  }
  return named;
}

NamedModel initial_model(const std::filesystem::path& recipe, const Recipe::Overrides& overrides) {
  NamedModel named;
  named.recipe = Recipe::load(recipe, overrides);
  named.written = std::make_shared<TemporaryFile>("tnn-initial.safetensors");
  named.model = named.written->path();
  named.weights = write_initial_model(*named.recipe, named.model);
  return named;
}

NamedModel find_trained_model(const std::filesystem::path& path, const Recipe::Overrides& overrides) {
  if (!is_recipe(path)) return find_model(path, overrides);
  const Recipe recipe = Recipe::load(path, overrides);
  if (recipe.text("model.pretrained").empty())
    throw recipe.fault("model.pretrained",
                       "names no file: a recipe has a trained network only by it (or give a run folder or a model file)");
  const DatasetCard card = load_card(find_cards_folder(), recipe.text("data.name"));
  const Misfit fault = misfit(recipe, describe_recipe_model(recipe).graph, card);
  if (!fault.message.empty()) throw recipe.fault(fault.key, fault.message);
  return initial_model(path, overrides);
}

}  // namespace tnn
