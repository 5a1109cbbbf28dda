#include "pipelines/initial_network.h"

#include <fmt/format.h>

#include <algorithm>

#include "models/model_options.h"
#include "network/model_file.h"
#include "network/pretrained_weights.h"
#include "pipelines/described_data.h"
#include "pipelines/recipe_model.h"

namespace tnn {

namespace {

PretrainedOptions pretrained_options(const Recipe& recipe) {
  const Architecture& architecture = find_architecture(recipe.text("model.name"));
  PretrainedOptions options;
  options.file = recipe.text("model.pretrained");
  options.entry = recipe.text("model.pretrained_entry");
  options.rename = recipe.text_pairs("model.pretrained_rename");
  options.ignore = recipe.texts("model.pretrained_ignore");
  options.except = recipe.texts("model.pretrained_except");
  if (architecture.pretrained_name)
    options.known_name = [known = architecture.pretrained_name, model = model_options(recipe)](const std::string& name) {
      return known(name, model);
    };
  return options;
}

}  // namespace

std::string load_pretrained(const Recipe& recipe, Network& network) {
  const std::string& file = recipe.text("model.pretrained");
  if (file.empty()) return "";
  const PretrainedTensors trained = read_pretrained(network.graph(), pretrained_options(recipe));
  load_pretrained(trained, network);
  return fmt::format("'{}': {}", file, trained.summary());
}

void check_pretrained(const Recipe& recipe, const Graph& graph) {
  if (!recipe.text("model.pretrained").empty()) read_pretrained(graph, pretrained_options(recipe));
}

std::string write_initial_model(const Recipe& recipe, const std::filesystem::path& path) {
  ModelDescription description = describe_recipe_model(recipe);
  const std::string& name = recipe.text("data.name");
  const auto cards = card_names(find_cards_folder());
  if (std::find(cards.begin(), cards.end(), name) != cards.end()) {
    const DatasetCard card = load_card(find_cards_folder(), name);
    if (misfit(recipe, description.graph, card).message.empty()) describe_data(recipe, card, description);
  }
  Network network(std::move(description), static_cast<uint64_t>(recipe.integer("training.seed")));
  const std::string read = load_pretrained(recipe, network);
  save_network(path, network);
  return read;
}

}  // namespace tnn
