#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "data/augmentation.h"
#include "data/dataset_folder.h"
#include "network/network.h"
#include "pipelines/settings/settings.h"
#include "tasks/task.h"
#include "training/training_data.h"

namespace tnn {

/// A recipe's data set, found on disk.
struct DatasetOnDisk {
  DatasetCard card;
  std::filesystem::path folder;
};

/// Where data sets lie: in `root` alone, or where it is empty in the folder of the environment variable TNN_DATA and in the places that the
/// cards name.
DataRoot data_root_or_default(const std::string& root);

/// The data set named `name`, looked for below `root` (see data_root_or_default); its card has the classes that are on disk.
DatasetOnDisk find_dataset(const std::string& name, const std::string& root);

/// A recipe made ready: data found, model declared, the two checked against each other. Nothing is read or allocated yet.
struct Experiment {
  Settings settings;
  DatasetOnDisk dataset;
  std::shared_ptr<const Task> task;
  ModelDescription description;  ///< of settings.model, with the data set's name, labels and normalisation
};
Experiment prepare_experiment(const Settings& settings);

/// Reads the training samples and cuts off the validation split.
TrainingData load_training_data(const Experiment& experiment);

/// Normalisation alone, as the model expects it.
AugmentationOptions plain_augmentation(const Preprocessing& preprocessing);

/// The network of an experiment with fresh weights, on the recipe's device.
Network make_network(const Experiment& experiment);

/// Sets LibTorch's threads (0: as many as the process may use); returns how many, fewer where the system starts no more.
int set_threads(int asked);

/// What decides the result of a stage: the recipe's values, the graph and the training data.
Fingerprint stage_fingerprint(const Experiment& experiment, const std::string& stage, const TrainingData& data);

/// "AMD EPYC ..., 2 threads".
std::string describe_machine(int threads);

}  // namespace tnn
