#pragma once

#include "pipelines/stage.h"

namespace tnn {

/// Trains the data path: the network's weights, over utilizations that a prior draws (DTNN 3.2.5, phase 1). Then takes the best checkpoint,
/// measures batch-norm statistics of every operating point, and writes the model file.
class DatapathStage : public Stage {
 public:
  std::string name() const override { return "datapath"; }
  std::string key() const override { return "training.epochs"; }
  bool is_asked_for(const Settings&) const override { return true; }
  void check(const Experiment& experiment, const std::filesystem::path& model, bool resume) const override;
  TrainedModel train(const StageInput& input, const RunFolder& folder, bool resume, Progress& progress) const override;
  StagePlan plan(const StageInput& input) const override;
};

}  // namespace tnn
