#include "pipelines/initial_network.h"

#include "models/registry.h"
#include "network/model_file.h"
#include "network/pretrained_weights.h"
#include "pipelines/described_data.h"
#include "pipelines/recipe_model.h"

namespace tnn {

namespace {

PretrainedOptions pretrained_options(const Recipe& recipe) {
  const Architecture& architecture = find_architecture(recipe.text("model.name"));
  PretrainedOptions options{recipe.text("model.pretrained"), {}, recipe.texts("model.pretrained_except")};
  if (architecture.pretrained_name) options.rename = architecture.pretrained_name;
  return options;
}

}  // namespace

bool load_pretrained(const Recipe& recipe, Network& network) {
  if (recipe.text("model.pretrained").empty()) return false;
  load_pretrained(read_pretrained(network.graph(), pretrained_options(recipe)), network);
  return true;
}

void check_pretrained(const Recipe& recipe, const Graph& graph) {
  if (!recipe.text("model.pretrained").empty()) read_pretrained(graph, pretrained_options(recipe));
}

void write_initial_model(const Recipe& recipe, const std::filesystem::path& path) {
  ModelDescription description = describe_recipe_model(recipe);
  const DatasetCard card = load_card(find_cards_folder(), recipe.text("data.name"));
  if (misfit(recipe, description.graph, card).message.empty()) {
    describe_data(recipe, card, description);
  } else {
    const int64_t channels = description.graph.dimensions(description.graph.input().shape).front();
    if (auto given = given_preprocessing(recipe, channels, "the network's input")) description.preprocessing = *given;
  }
  Network network(std::move(description), static_cast<uint64_t>(recipe.integer("training.seed")));
  load_pretrained(recipe, network);
  save_network(path, network);
}

}  // namespace tnn
