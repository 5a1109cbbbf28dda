#pragma once

#include <filesystem>
#include <vector>

#include "pipelines/stage.h"
#include "pipelines/train.h"

namespace tnn {

/// The stages that a command trains, and where.
struct TrainPlan {
  std::vector<const Stage*> stages;
  std::filesystem::path model;  ///< of the stages before; empty where the first is trained
  std::filesystem::path run;    ///< the folder of the first of them

  std::filesystem::path folder(const Stage& stage) const { return &stage == stages.front() ? run : run / stage.name(); }
};

/// UsageError where the recipe does not ask for a stage that was named, or the folder is that of the model itself.
TrainPlan plan_training(const Settings& settings, const TrainOptions& options);

/// check_training_folder() of every stage's folder; neither the model that the first starts from nor a file that the recipe names may be
/// replaced.
void check_training_folders(const Settings& settings, const TrainPlan& plan, RunFolder::Existing existing);

}  // namespace tnn
