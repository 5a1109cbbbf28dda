#pragma once

#include "pipelines/stage.h"

namespace tnn {

/// Learns gates on a frozen data path (DTNN 3.2.6), the trained model of the stage before or of --from; then makes them a table of
/// operating points, measures their batch-norm statistics, and writes a model file of its own, which holds the gates' weights too.
class GateStage : public Stage {
 public:
  std::string name() const override { return "gates"; }
  std::string key() const override { return "gates.method"; }
  bool is_asked_for(const Settings& settings) const override { return settings.gates.method != GateMethod::none; }
  void check(const Experiment& experiment, const std::filesystem::path& model, bool resume) const override;
  TrainedModel train(const StageInput& input, const RunFolder& folder, bool resume, Progress& progress) const override;
  StagePlan plan(const StageInput& input) const override;
};

/// The trained data path of a model file, checked against the experiment that freezes it: the same network, the same data set and
/// preparation of its samples. UsageError says what differs.
Network load_datapath(const Experiment& experiment, const std::filesystem::path& model);

/// A digest of the tensors that a data path computes with while something is trained on it: not the statistics of single operating points.
std::string weights_digest(const Network& network);

}  // namespace tnn
