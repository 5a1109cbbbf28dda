#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/progress.h"
#include "evaluation/sweep.h"
#include "pipelines/experiment.h"
#include "report/utilization_curve.h"
#include "runtime/engine.h"
#include "training/datapath_trainer.h"

namespace tnn {

/// What a sweep is to do.
struct SweepOptions {
  std::filesystem::path model;
  std::filesystem::path controller;  ///< of this model, to be compared with what it must beat; empty: none
  std::filesystem::path vanilla;     ///< a network of the same data set that is compared with the controller at full width; empty: none
  std::string name;                  ///< of the run or model, for the report
  std::string utilizations = "distinct";
  std::string data_root;
  std::string device = "auto";
  int64_t batch_size = 0;  ///< 0: by memory
  int64_t test_limit = 0;  ///< images; 0: all
  int workers = 1;
  int threads = 1;  ///< LibTorch's, for the machine's description
  bool channels_last = true;
  DecodingOptions decoding;      ///< of an image folder: when to decode at reduced size, what to do with damaged files
  std::string engine = "torch";  ///< what computes: LibTorch, or an engine of the runtime
  Precision precision = Precision::fp32;
  bool latency = false;
  int64_t latency_repeats = 50;
  std::string command;                ///< that repeats it
  std::string recipe;                 ///< resolved, for the report
  std::vector<EpochSummary> history;  ///< for the report's loss picture
  SharedGroup group = {};             ///< processes that divide the samples; null: this one is alone
};

inline constexpr const char* kTorchEngine = "torch";  ///< SweepOptions::engine: LibTorch

/// A model in the engine of the runtime that was asked for; a batch at a time.
Predictor engine_predictor(const SweepOptions& options, const std::filesystem::path& model, int64_t batch_size, Precision precision);

/// How samples of a data set are loaded as a model expects them, without augmentation.
LoaderOptions evaluation_loading(const ModelDescription& description, const DatasetOnDisk& dataset, const SweepOptions& options);

/// DataError where the classes of samples in a folder are not those of the model.
void check_classes(const TargetSet& targets, const ModelDescription& description, const std::filesystem::path& folder);

/// Reads the test images of a model's data set, prepared as the model expects them; of several processes, each its share. DataError where
/// they are damaged.
Loader load_test_data(const ModelDescription& description, const DatasetOnDisk& dataset, const SweepOptions& options);

/// Reads a model file and measures its task's metrics against utilization on the test set of its data set, with costs; where the engine
/// computes in less than fp32, its headline metric in fp32, too. Latency is measured, and controllers are compared, in rank 0 alone.
UtilizationCurve sweep_utilization(const SweepOptions& options, Progress& progress);

/// The utilizations of a sweep that evaluation.u of a recipe names; UsageError with its place in the recipe where they are none.
std::vector<double> settings_utilizations(const Settings& settings, const std::vector<OperatingPoint>& points);

/// What a recipe says of evaluation, data and machine, as options of a sweep.
SweepOptions sweep_options(const DataSettings& data, const EvaluationSettings& evaluation, const RunSettings& run);
inline SweepOptions sweep_options(const Settings& settings) { return sweep_options(settings.data, settings.evaluation, settings.run); }

}  // namespace tnn
