#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "data/augmentation.h"
#include "formats/model_description.h"
#include "formats/pretrained/pretrained.h"
#include "recipe/recipe.h"
#include "training/controller_options.h"
#include "training/datapath_options.h"
#include "training/fingerprint.h"
#include "training/gate_options.h"

namespace tnn {

/// The recipe's `data` section.
struct DataSettings {
  std::string name, root;
  double validation_fraction = 0;
  int64_t train_limit = 0, test_limit = 0;
  int workers = 1;
  AugmentationOptions augmentation;      ///< of training, without normalisation; image_size: data.image_size
  bool dataset_normalization = true;     ///< data.normalize is "dataset"
  std::vector<double> mean, std;         ///< in place of the data set's own, where not empty
  std::vector<std::string> folder_keys;  ///< keys for images of different sizes that were given a value of their own
  std::vector<std::string> box_keys;     ///< likewise, keys for images with boxes
};

/// The recipe's `evaluation` section.
struct EvaluationSettings {
  std::string utilizations = "distinct";
  int64_t batch_size = 0;  ///< 0: by memory
  bool latency = false;
  int64_t latency_repeats = 50;
};

/// The recipe's `output` section, and `export`.
struct OutputSettings {
  std::string folder, name;
  std::vector<std::string> formats;
  bool tensorboard = true;
  std::string model;  ///< export.model
};

/// The recipe's `run` section, and what else says how, not what, to compute.
struct RunSettings {
  std::string device = "auto";
  int threads = 0;  ///< 0: as many as the process may use
  bool channels_last = true;
  uint64_t seed = 1;
  double timeout_seconds = 120;  ///< of several processes: one that does not answer for as long is lost
};

/// Everything that a recipe says, read and checked once: what the pipelines work by. The recipe itself goes no further.
struct Settings {
  std::string recipe_name;       ///< the file's name without folder and extension
  std::string resolved_yaml;     ///< every key with its value
  ModelDescription model;        ///< without data
  PretrainedOptions pretrained;  ///< `file` is empty where the weights are random
  DataSettings data;
  double label_smoothing = 0;
  DatapathOptions datapath;
  GateOptions gates;
  ControllerOptions controller;
  EvaluationSettings evaluation;
  OutputSettings output;
  RunSettings run;
  std::vector<std::pair<std::string, std::filesystem::path>> input_files;  ///< that the recipe names, by their keys

  /// The error to throw where the value of a key does not do, with its place in the recipe.
  std::function<UsageError(const std::string& key, const std::string& message)> fault;
  /// The graph of the controller's own network for a data path, where the recipe has a controller (build_controller()).
  std::function<Graph(const ModelDescription& datapath)> controller_graph;
  /// The recipe's part of the fingerprint of a stage ("datapath", "gates", "controller").
  std::map<std::string, Fingerprint> fingerprints;
};

/// Reads every section and checks keys against each other; the faults of a section, all together, are a UsageError with their places.
Settings read_settings(const Recipe& recipe);

/// Sections that settings are made of.
/// The loop over epochs of a stage's section; the optimizer and the schedule have what every section says of them.
LoopSettings loop_settings(const Recipe& recipe, const std::string& section);
DatapathOptions datapath_options(const Recipe& recipe);
GateOptions gate_options(const Recipe& recipe);
ControllerOptions controller_options(const Recipe& recipe);
DataSettings data_settings(const Recipe& recipe);
EvaluationSettings evaluation_settings(const Recipe& recipe);
OutputSettings output_settings(const Recipe& recipe);
RunSettings run_settings(const Recipe& recipe);

}  // namespace tnn
