#pragma once

#include <filesystem>

#include "control/action_outputs.h"
#include "network/network.h"
#include "training/controller_options.h"
#include "training/epoch_loop.h"
#include "training/fingerprint.h"

namespace tnn {

/// What a controller is trained on.
struct ControllerData {
  TrainingData samples;  ///< without augmentation; where it looks at a first pass, stand-ins for the images
  ActionOutputs train, validation;
  std::vector<double> costs;      ///< u of each action as the reward counts it
  std::vector<double> mac_share;  ///< of the full network's MACs, of each action with the first pass that is looked at
  std::string noun = "images";    ///< what the samples are
};

/// How a controller did on the validation samples.
struct ControllerValidation {
  double reward = 0;           ///< mean
  double oracle_reward = 0;    ///< mean of the best action's
  double accuracy = 0;         ///< share of right answers at the chosen actions
  double mean_u = 0;           ///< of the chosen actions
  double mean_mac_share = 0;   ///< the same of the data path's MACs, every pass; without the controller's own
  std::vector<double> shares;  ///< K: how often each action is chosen

  /// As EpochSummary::validation and back.
  std::vector<double> numbers() const;
  static ControllerValidation from(const std::vector<double>& numbers);
  /// Whether one action is chosen for nearly every sample: at least 99 of 100.
  bool is_collapsed() const;
};

/// Trains the policy of a controller on a frozen data path (DTNN 3.3.5; Algorithm 1, lines 10 to 17), with checkpoints from which it goes
/// on exactly. What the data path says at each action is known beforehand, so that an epoch costs the controller alone.
class ControllerTrainer : public EpochLoop {
 public:
  /// `folder` takes last.safetensors and best.safetensors, that of the highest mean reward on the validation samples.
  ControllerTrainer(Network& controller, ControllerData data, ControllerOptions options, std::filesystem::path folder,
                    Fingerprint fingerprint);

  /// Goes on from last.safetensors; false where there is none. UsageError where it belongs to another training.
  bool resume();
  const std::filesystem::path& best_path() const { return best_path_; }
  const ControllerData& data() const { return controller_data_; }

 private:
  StepResult accumulate(Batch& batch, const StepShare& share) override;
  std::vector<at::Tensor> state_tensors() const override { return tensors_of(controller_.parameters().entries()); }
  std::vector<at::Tensor> batch_statistics() const override;
  void end_epoch(EpochSummary& summary, bool last) override;
  void save_last() const override;
  double epsilon() const;
  ControllerValidation validate() const;

  Network& controller_;
  ControllerData controller_data_;
  ControllerOptions options_;
  std::vector<int64_t> rows_;  ///< of a sample's place in its set, in controller_data_.train
  std::vector<float> rewards_, validation_rewards_;
  std::filesystem::path best_path_;
  Fingerprint fingerprint_;
};

}  // namespace tnn
