#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tasks/task.h"
#include "training/datapath_options.h"
#include "training/epoch_loop.h"
#include "training/fingerprint.h"
#include "training/kept_slice.h"

namespace tnn {

/// Trains the data path: gradient descent over utilizations drawn by a prior (DTNN 3.2.5, phase 1; Algorithm 1, lines 1-9), with
/// checkpoints from which it goes on exactly.
class DatapathTrainer : public EpochLoop {
 public:
  /// `folder` takes last.safetensors and best.safetensors. `fingerprint` is stored with a checkpoint: resuming under another one is an
  /// error.
  DatapathTrainer(Network& network, const Task& task, TrainingData data, DatapathOptions options, std::filesystem::path folder,
                  Fingerprint fingerprint);

  /// Goes on from last.safetensors; false where there is none. UsageError where it belongs to another recipe.
  bool resume();
  const std::filesystem::path& best_path() const { return best_path_; }

 private:
  StepResult accumulate(Batch& batch, const StepShare& share) override;
  std::vector<at::Tensor> state_tensors() const override { return tensors_of(network_.parameters().entries()); }
  std::vector<at::Tensor> batch_statistics() const override { return statistics_of(network_); }
  void end_epoch(EpochSummary& summary, bool last) override;
  void after_update() override;
  void save_last() const override;
  void keep_earlier_slice();
  double score(const std::vector<double>& validation) const;
  std::vector<double> evaluated_utilizations() const;
  void check_weights() const;

  Network& network_;
  const Task& task_;
  DatapathOptions options_;
  std::filesystem::path best_path_;
  Fingerprint fingerprint_;
  std::optional<KeptSlice> kept_;
};

}  // namespace tnn
