#include "pipelines/experiment.h"

#include <fmt/format.h>

#include <cstdlib>
#include <functional>
#include <set>
#include <sstream>

#include "core/error.h"
#include "core/home_folder.h"
#include "core/processor.h"
#include "data/dataset.h"
#include "data/dataset_folder.h"
#include "data/split.h"
#include "network/device.h"
#include "network/torch_threads.h"
#include "pipelines/described_data.h"
#include "pipelines/image_options.h"

namespace tnn {
AugmentationOptions plain_augmentation(const Preprocessing& preprocessing) {
  AugmentationOptions options;
  options.mean.assign(preprocessing.mean.begin(), preprocessing.mean.end());
  options.std.assign(preprocessing.std.begin(), preprocessing.std.end());
  options.decoding.resize_side = preprocessing.resize_side;
  return options;
}

std::string data_root_or_default(const std::string& root) {
  const char* from_environment = std::getenv("TNN_DATA");
  return !root.empty() ? root : from_environment ? expand_home(from_environment) : "";
}

DatasetOnDisk find_dataset(const std::string& name, const std::string& root) {
  DatasetOnDisk dataset{load_card(find_cards_folder(), name), {}};
  dataset.folder = locate(dataset.card, data_root_or_default(root));
  dataset.card = complete_card(std::move(dataset.card), dataset.folder);
  return dataset;
}

Experiment prepare_experiment(const Recipe& recipe) {
  Experiment experiment{recipe, find_dataset(recipe.text("data.name"), recipe.text("data.root")), describe_recipe_model(recipe)};
  const DatasetCard& card = experiment.dataset.card;
  const Misfit fault = misfit(recipe, experiment.description.graph, card);
  if (!fault.message.empty()) throw recipe.fault(fault.key, fault.message);
  experiment.decoding = decoding_options(recipe, card, experiment.description.graph);
  const std::filesystem::path model = recipe.text("export.model");
  if (model.empty() || model.has_parent_path() || model.extension() != ".safetensors")
    throw recipe.fault(
        "export.model",
        fmt::format("'{}' is not a file name with the extension .safetensors (it is written in the run folder)", model.string()));
  describe_data(recipe, card, experiment.description);
  return experiment;
}

TrainingData load_training_data(const Experiment& experiment) {
  const Recipe& recipe = experiment.recipe;
  TrainingData data;
  data.images = std::make_shared<ImageSet>(
      load_split(experiment.dataset.card, experiment.dataset.folder, "train", recipe.integer("data.train_limit")));
  auto split = validation_split(data.images->labels, recipe.real("data.validation_fraction"),
                                static_cast<uint64_t>(recipe.integer("training.seed")));
  data.train = std::move(split.train);
  data.validation = std::move(split.validation);
  if (recipe.real("data.validation_fraction") > 0 && data.validation.empty())
    throw recipe.fault("data.validation_fraction", fmt::format("leaves no validation image of {} training images", data.images->size()));
  data.augmentation = plain_augmentation(experiment.description.preprocessing);
  data.augmentation.pad_crop = static_cast<int>(recipe.integer("data.pad_crop"));
  data.augmentation.flip = recipe.boolean("data.flip");
  data.augmentation.cutout = static_cast<int>(recipe.integer("data.cutout"));
  data.augmentation.image_size = static_cast<int>(recipe.integer("data.image_size"));
  if (data.images->encoded) {
    data.augmentation.image_size = static_cast<int>(experiment.description.graph.dimensions(experiment.description.graph.input().shape)[1]);
    data.augmentation.decoding = experiment.decoding;
  }
  data.augmentation.augment = true;
  data.workers = static_cast<int>(recipe.integer("data.workers"));
  return data;
}

Network make_network(const Experiment& experiment) {
  return Network(experiment.description, static_cast<uint64_t>(experiment.recipe.integer("training.seed")),
                 choose_device(experiment.recipe.text("run.device")), experiment.recipe.boolean("training.channels_last"));
}

int set_threads(const Recipe& recipe) { return set_torch_threads(threads_or_available(static_cast<int>(recipe.integer("run.threads")))); }

namespace {

/// The lines of the resolved recipe whose key, "section.name", counts.
std::string recipe_lines(const Recipe& recipe, const std::function<bool(const std::string& section, const std::string& path)>& counts) {
  std::istringstream lines(recipe.resolved_yaml());
  std::string chosen, section;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.front() == '#') continue;
    const size_t start = line.find_first_not_of(' '), colon = line.find(':');
    const std::string word = line.substr(start, colon - start);
    if (start == 0) section = word;
    if (counts(section, section + "." + word)) chosen += line + "\n";
  }
  return chosen;
}

bool says_only_where(const std::string& path) {
  static const std::set<std::string> keys{
      "data.root", "data.workers", "data.test_limit", "model.pretrained", "training.checkpoint_steps", "training.log_steps"};
  return keys.count(path) > 0;
}

}  // namespace

std::string training_identity(const Recipe& recipe) {
  static const std::set<std::string> left_out{"evaluation", "export", "gates", "output", "run"};
  return recipe_lines(
      recipe, [](const std::string& section, const std::string& path) { return !left_out.count(section) && !says_only_where(path); });
}

std::string gate_training_identity(const Recipe& recipe) {
  static const std::set<std::string> sections{"gates", "data"};
  static const std::set<std::string> keys{"gating.min_active", "training.seed"};
  return recipe_lines(recipe, [](const std::string& section, const std::string& path) {
    return (sections.count(section) && !says_only_where(path)) || keys.count(path);
  });
}

std::string describe_machine(int threads) { return fmt::format("{}, {} thread{}", processor_name(), threads, threads == 1 ? "" : "s"); }

}  // namespace tnn
