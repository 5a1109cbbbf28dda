#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/progress.h"
#include "pipelines/experiment.h"
#include "pipelines/run_folder.h"
#include "training/epoch_loop.h"

namespace tnn {

/// What a stage of training leaves.
struct TrainedModel {
  std::filesystem::path file;  ///< to sweep, export and deploy
  std::vector<EpochSummary> history;
  std::filesystem::path controller = {};  ///< of the stage that trains one, for `file`; empty: none
};

/// What a stage works with.
struct StageInput {
  const Experiment& experiment;
  const TrainingData& data;
  std::filesystem::path model;  ///< what the stage before left; empty for the first
};

/// What a stage would do.
struct StagePlan {
  std::string subject;  ///< "concrete, 5 gates"; may be empty
  int64_t epochs = 0, batch_size = 0, steps = 0;
  int timed_steps = 0;
  double training_seconds = 0, validation_seconds = 0;  ///< estimates of the whole
};

/// One training of a recipe: a section of its keys, a run folder with checkpoints, metrics and a model file, and a fingerprint of what its
/// resume depends on. `tnn train` is the list of them.
class Stage {
 public:
  virtual ~Stage() = default;
  /// "datapath", "gates": the name of its fingerprint, and of its folder inside a run unless it is the first.
  virtual std::string name() const = 0;
  /// The key that says whether the recipe has the stage, and whether it does.
  virtual std::string key() const = 0;
  virtual bool is_asked_for(const Settings& settings) const = 0;
  /// The file that train() writes into its folder.
  virtual std::string file_name(const Settings& settings) const { return settings.output.model; }
  /// Whether it leaves the model of the stage before as it is and adds to its sweep and report.
  virtual bool extends_model() const { return false; }
  /// UsageError where recipe, data and model do not go together, before anything is created or removed. `model` is empty where a stage
  /// before this one is still to train it. `resume`: what only a new training reads is not looked for.
  virtual void check(const Experiment& experiment, const std::filesystem::path& model, bool resume) const = 0;
  /// Trains, or goes on from the last checkpoint where `resume` is set, and writes the model file. Throws Interrupted after a checkpoint
  /// where a stop was requested.
  virtual TrainedModel train(const StageInput& input, const RunFolder& folder, bool resume, Progress& progress) const = 0;
  /// What train() would do, with the time of a few real steps.
  virtual StagePlan plan(const StageInput& input) const = 0;
};

/// All stages in the order in which they are trained, each from what the one before it left.
const std::vector<const Stage*>& stages();
/// The stage of that name.
const Stage& find_stage(const std::string& name);

}  // namespace tnn
