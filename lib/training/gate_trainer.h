#pragma once

#include <filesystem>
#include <string>

#include "network/gate_network.h"
#include "tasks/task.h"
#include "training/epoch_loop.h"
#include "training/fingerprint.h"
#include "training/gate_options.h"

namespace tnn {

/// Trains the gates of a network whose data path is frozen (DTNN 3.2.6, phase 2; Eq. 4), with checkpoints from which it goes on exactly.
/// Batch norm uses the statistics that all operating points share; those of the learned points are measured afterwards.
class GateTrainer : public EpochLoop {
 public:
  /// Freezes the network's parameters. `folder` takes last.safetensors, which holds data path, gates and optimiser; `fingerprint` is stored
  /// with it. UsageError where the network has no gates.
  GateTrainer(Network& network, GateNetwork& gates, const Task& task, TrainingData data, GateOptions options, std::filesystem::path folder,
              Fingerprint fingerprint);

  /// Goes on from last.safetensors; false where there is none. UsageError where it belongs to another recipe or data path.
  bool resume();

 private:
  StepResult accumulate(Batch& batch, const StepShare& share) override;
  void end_epoch(EpochSummary& summary, bool last) override;
  void save_last() const override;
  std::vector<double*> shared_figures() override { return {&penalty_, &complexity_value_}; }
  std::vector<at::Tensor> state_tensors() const override;
  Progress::Figures further_figures() const override { return {{"penalty", penalty_}, {"complexity", complexity_value_}}; }

  Network& network_;
  GateNetwork& gates_;
  const Task& task_;
  GateOptions options_;
  Complexity complexity_;
  Fingerprint fingerprint_;
  double penalty_ = 0, complexity_value_ = 0;  ///< of the last step
};

/// The configuration that trained gates stand for at u.
Configuration learned_configuration(const Graph& graph, const GateNetwork& gates, const GateOptions& options, double u);

/// The operating points of trained gates, at u = k / options.points.
std::vector<OperatingPoint> learned_points(const Graph& graph, const GateNetwork& gates, const GateOptions& options);

/// A network with the weights of a data path and the learned operating points in place of its own; statistics of operating points are
/// still to be measured (calibrate_batch_norm) where batch norm is recalibrated. UsageError where it is switchable.
Network with_learned_points(const Network& datapath, const GateNetwork& gates, const GateOptions& options);

}  // namespace tnn
