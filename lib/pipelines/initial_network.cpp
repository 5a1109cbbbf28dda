#include "pipelines/initial_network.h"

#include <fmt/format.h>

#include "network/model_file.h"
#include "network/pretrained_weights.h"
#include "pipelines/described_data.h"

namespace tnn {

std::string load_pretrained(const PretrainedOptions& options, Network& network) {
  if (options.file.empty()) return "";
  const PretrainedTensors trained = read_pretrained(network.graph(), options);
  load_pretrained(trained, network);
  return fmt::format("'{}': {}", options.file.string(), trained.summary());
}

void check_pretrained(const PretrainedOptions& options, const Graph& graph) {
  if (!options.file.empty()) read_pretrained(graph, options);
}

std::string write_initial_model(const Settings& settings, const std::filesystem::path& path) {
  ModelDescription description = settings.model;
  const DatasetCard card = load_card(card_folders(), settings.data.name);
  if (misfit(settings, card).message.empty()) {
    describe_data(settings, card, description);
  } else {
    const int64_t channels = description.graph.dimensions(description.graph.input().shape).front();
    if (auto given = given_preprocessing(settings, channels, "the network's input")) description.preprocessing = *given;
  }
  Network network(std::move(description), settings.run.seed);
  const std::string read = load_pretrained(settings.pretrained, network);
  save_network(path, network);
  return read;
}

}  // namespace tnn
