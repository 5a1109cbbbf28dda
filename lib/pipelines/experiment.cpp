#include "pipelines/experiment.h"

#include <fmt/format.h>

#include <cstdlib>

#include "core/error.h"
#include "core/home_folder.h"
#include "core/processor.h"
#include "data/checksum.h"
#include "data/dataset.h"
#include "data/dataset_folder.h"
#include "data/set_identity.h"
#include "data/split.h"
#include "gating/learned.h"
#include "graph/graph_json.h"
#include "network/device.h"
#include "network/torch_threads.h"
#include "pipelines/described_data.h"
#include "pipelines/image_options.h"

namespace tnn {
namespace {

std::string digest(const std::string& text) { return sha256_hex({text.begin(), text.end()}); }

}  // namespace

AugmentationOptions plain_augmentation(const Preprocessing& preprocessing) {
  AugmentationOptions options;
  options.mean.assign(preprocessing.mean.begin(), preprocessing.mean.end());
  options.std.assign(preprocessing.std.begin(), preprocessing.std.end());
  options.decoding.resize_side = preprocessing.resize_side;
  if (preprocessing.whole) options.decoding.whole = {true, preprocessing.whole->short_side, preprocessing.whole->long_side};
  return options;
}

DataRoot data_root_or_default(const std::string& root) {
  if (!root.empty()) return {root};
  const char* from_environment = std::getenv("TNN_DATA");
  return {from_environment ? expand_home(from_environment) : "", false};
}

DatasetOnDisk find_dataset(const std::string& name, const std::string& root) {
  DatasetOnDisk dataset{load_card(card_folders(), name), {}};
  dataset.folder = locate(dataset.card, data_root_or_default(root));
  dataset.card = complete_card(std::move(dataset.card), dataset.folder);
  return dataset;
}

Experiment prepare_experiment(const Settings& settings) {
  Experiment experiment{settings, find_dataset(settings.data.name, settings.data.root), {}, settings.model};
  const DatasetCard& card = experiment.dataset.card;
  const Misfit fault = misfit(settings, card);
  if (!fault.message.empty()) throw settings.fault(fault.key, fault.message);
  experiment.task = task_of(settings, card);
  describe_data(settings, card, experiment.description);
  return experiment;
}

TrainingData load_training_data(const Experiment& experiment) {
  const DataSettings& settings = experiment.settings.data;
  TrainingData data;
  data.images = std::make_shared<ImageSet>(load_split(experiment.dataset.card, experiment.dataset.folder, "train", settings.train_limit));
  auto split = validation_split(*data.images->targets, settings.validation_fraction, experiment.settings.run.seed);
  data.train = std::move(split.train);
  data.validation = std::move(split.validation);
  if (settings.validation_fraction > 0 && data.validation.empty())
    throw experiment.settings.fault("data.validation_fraction", fmt::format("leaves no validation {} of {} training {}",
                                                                            experiment.dataset.card.has_clips() ? "clip" : "image",
                                                                            data.images->size(), experiment.dataset.card.noun()));
  const AugmentationOptions plain = plain_augmentation(experiment.description.preprocessing);
  data.augmentation = settings.augmentation;
  data.augmentation.mean = plain.mean;
  data.augmentation.std = plain.std;
  data.augmentation.decoding.whole.on = plain.decoding.whole.on;
  if (data.images->samples()) {
    data.augmentation.image_size = input_extent(experiment.description.graph);
    data.augmentation.frames = input_frames(experiment.description.graph);
  }
  data.workers = settings.workers;
  return data;
}

Network make_network(const Experiment& experiment) {
  const RunSettings& run = experiment.settings.run;
  return Network(experiment.description, run.seed, choose_device(run.device), run.channels_last);
}

int set_threads(int asked) { return set_torch_threads(threads_or_available(asked)); }

Fingerprint stage_fingerprint(const Experiment& experiment, const std::string& stage, const TrainingData& data) {
  Fingerprint fingerprint = experiment.settings.fingerprints.at(stage);
  fingerprint.add_digest("the network", digest(graph_to_json(experiment.description.graph)));
  if (is_table_strategy(experiment.description.gating.strategy))
    fingerprint.add_digest("the operating points", digest(description_to_metadata(experiment.settings.model).at("tnn.operating_points")));
  fingerprint.add_digest("the training data", set_identity(*data.images));
  return fingerprint;
}

std::string describe_machine(int threads) { return fmt::format("{}, {} thread{}", processor_name(), threads, threads == 1 ? "" : "s"); }

}  // namespace tnn
