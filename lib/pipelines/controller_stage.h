#pragma once

#include "pipelines/stage.h"

namespace tnn {

/// Learns a controller that chooses the utilization of each input, on a frozen data path (DTNN 3.3; Algorithm 1), the trained model of the
/// stage before or of --from. Writes a model file of its own, which names the data path it belongs to and holds the cascades it is compared
/// with; the frozen network's outputs are kept in outputs.h5.
class ControllerStage : public Stage {
 public:
  std::string name() const override { return "controller"; }
  std::string key() const override { return "controller.method"; }
  bool is_asked_for(const Settings& settings) const override { return settings.controller.enabled; }
  std::string file_name(const Settings&) const override { return "controller.safetensors"; }
  bool extends_model() const override { return true; }
  void check(const Experiment& experiment, const std::filesystem::path& model, bool resume) const override;
  TrainedModel train(const StageInput& input, const RunFolder& folder, bool resume, Progress& progress) const override;
  StagePlan plan(const StageInput& input) const override;
};

}  // namespace tnn
