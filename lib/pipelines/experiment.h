#pragma once

#include <filesystem>
#include <string>

#include "data/augmentation.h"
#include "data/dataset_card.h"
#include "formats/model_description.h"
#include "network/network.h"
#include "pipelines/recipe_model.h"
#include "recipe/recipe.h"
#include "training/training_data.h"

namespace tnn {

/// A recipe's data set, found on disk.
struct DatasetOnDisk {
  DatasetCard card;
  std::filesystem::path folder;
};

/// Where data sets lie: `root`, or where it is empty the environment variable TNN_DATA, or "" (the places the cards name).
std::string data_root_or_default(const std::string& root);

/// The data set named `name`, looked for below `root` (see data_root_or_default); its card has the classes that are on disk.
DatasetOnDisk find_dataset(const std::string& name, const std::string& root);

/// A recipe made ready: data found, model declared, the two checked against each other. Nothing is read or allocated yet.
struct Experiment {
  Recipe recipe;
  DatasetOnDisk dataset;
  ModelDescription description;
  DecodingOptions decoding = {};  ///< of an image folder
};
Experiment prepare_experiment(const Recipe& recipe);

/// Reads the training images and cuts off the validation split.
TrainingData load_training_data(const Experiment& experiment);

/// Normalisation alone, as the model expects it.
AugmentationOptions plain_augmentation(const Preprocessing& preprocessing);

/// The network of an experiment with fresh weights, on the recipe's device.
Network make_network(const Experiment& experiment);

/// Sets LibTorch's threads by run.threads (0: as many as the process may use); returns how many, fewer where the system starts no more.
int set_threads(const Recipe& recipe);

/// The values of the recipe that decide what a training computes: two runs with the same identity and seed train the same weights.
std::string training_identity(const Recipe& recipe);

/// The same for the training of gates, beside the data path that it starts from.
std::string gate_training_identity(const Recipe& recipe);

/// "AMD EPYC ..., 2 threads".
std::string describe_machine(int threads);

}  // namespace tnn
