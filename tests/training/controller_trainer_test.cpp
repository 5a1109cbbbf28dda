#include "training/controller_trainer.h"

#include <algorithm>

#include "catch_compat.h"
#include "data/class_labels.h"
#include "models/mlp.h"
#include "temporary_folder.h"
#include "training/controller_policy.h"

using namespace tnn;

namespace {

constexpr int64_t kSamples = 400, kClasses = 3;

/// A made-up frozen network: a sample of even number is right at every action, one of odd number at the last alone; at the first action the
/// network is sure of the even ones and not of the others, so that its logits tell which is which.
ActionOutputs made_up_outputs(int64_t first, int64_t count, const std::vector<int>& labels) {
  ActionOutputs outputs{{0.25, 0.5, 1}, kClasses, {}, {}, {}};
  for (int64_t i = first; i < first + count; ++i) {
    outputs.samples.push_back(static_cast<uint32_t>(i));
    const int label = labels[static_cast<size_t>(i)];
    outputs.labels.push_back(label);
    for (int64_t k = 0; k < 3; ++k)
      for (int64_t c = 0; c < kClasses; ++c) {
        const bool right = i % 2 == 0 || k == 2;
        const int64_t answer = right ? label : (label + 1) % kClasses;
        outputs.logits.push_back(c == answer ? (i % 2 == 0 ? 6.0f : 0.5f) : 0.0f);
      }
  }
  return outputs;
}

ControllerData made_up_data() {
  LabelledImages read;
  read.images.channels = read.images.height = read.images.width = 1;
  read.images.pixels.resize(kSamples);
  read.class_names = {"a", "b", "c"};
  for (int64_t i = 0; i < kSamples; ++i) read.labels.push_back(static_cast<int>((i / 2) % kClasses));
  ControllerData data;
  data.train = made_up_outputs(0, 300, read.labels), data.validation = made_up_outputs(300, 100, read.labels);
  data.samples.images = std::make_shared<ImageSet>(with_targets(std::move(read)));
  data.samples.train = data.train.samples, data.samples.validation = data.validation.samples;
  data.samples.augmentation.mean = {0}, data.samples.augmentation.std = {1};
  data.samples.workers = 0;
  data.costs = data.mac_share = {0.1, 0.3, 1};
  return data;
}

Network controller_network() {
  ModelOptions options;
  options.input = {kClasses}, options.classes = 3, options.cardinality = 1, options.hidden = {32}, options.batch_norm = true;
  return Network(describe_model(mlp(options), {"nested", Rounding::ceil, 1}, BatchNormMode::shared), 1);
}

ControllerOptions controller_options(RewardVariance variance = RewardVariance::exact) {
  ControllerOptions options;
  options.actions = 3, options.epochs = 40, options.batch_size = 32;
  options.reward = {RewardKind::linear, 0, 0, 0.3, true};
  options.variance = variance;
  options.exploitation = Exploitation::sample;
  options.optimizer.kind = optimizer_from_name("adam");
  options.schedule.base = 0.005, options.schedule.epochs = 40;
  options.entropy = 0.05;  // without it the policy may settle on the action that is best on average
  return options;
}

std::string bytes_of(const std::filesystem::path& file) {
  std::string all;
  const SafetensorsFile read(file);
  for (const TensorView& tensor : read.tensors()) all.append(reinterpret_cast<const char*>(tensor.data), tensor.bytes());
  return all;
}

/// Stops a training after some steps, as a signal does.
class StopAfter : public Progress {
 public:
  explicit StopAfter(int steps) : left_(steps) {}
  void begin(const std::string&, int64_t, const std::string&) override {}
  void advance(int64_t, const Figures&) override {
    if (--left_ == 0) throw std::runtime_error("killed");
  }
  void end() override {}
  void message(const std::string&) override {}

 private:
  int left_;
};

}  // namespace

TEST_CASE("a controller learns to pay for the inputs that need it, by every form of the gradient") {
  for (const auto variance : {RewardVariance::exact, RewardVariance::standardized, RewardVariance::none}) {
    const TemporaryFolder folder;
    Network controller = controller_network();
    ControllerTrainer trainer(controller, made_up_data(), controller_options(variance), folder.path(), {});
    Progress silent;
    trainer.run(silent, {});
    const auto last = ControllerValidation::from(trainer.state().history.back().validation);
    CHECK(last.accuracy > 0.95);
    CHECK(last.mean_mac_share < (variance == RewardVariance::exact ? 0.6 : 0.9));  // the best is 0.55
    CHECK(last.reward > 0.9 * last.oracle_reward);
    CHECK_FALSE(last.is_collapsed());
    CHECK(std::filesystem::exists(trainer.best_path()));
  }
}

TEST_CASE("a controller that is killed goes on bit for bit from its last checkpoint") {
  Progress silent;
  const TemporaryFolder whole, broken;
  ControllerOptions options = controller_options(RewardVariance::standardized);
  options.checkpoint_steps = 4, options.epochs = 3;
  Network straight = controller_network();
  ControllerTrainer(straight, made_up_data(), options, whole.path(), {}).run(silent, {});
  {
    Network killed = controller_network();
    StopAfter stop(14);
    CHECK_THROWS(ControllerTrainer(killed, made_up_data(), options, broken.path(), {}).run(stop, {}));
  }
  Network resumed = controller_network();
  ControllerTrainer trainer(resumed, made_up_data(), options, broken.path(), {});
  REQUIRE(trainer.resume());
  CHECK(trainer.state().global_step == 12);
  trainer.run(silent, {});
  CHECK(bytes_of(broken.path() / "last.safetensors") == bytes_of(whole.path() / "last.safetensors"));
  CHECK(bytes_of(broken.path() / "best.safetensors") == bytes_of(whole.path() / "best.safetensors"));
  Network other = controller_network();
  Fingerprint changed;
  changed.values["controller.lambda"] = "0.5";
  ControllerTrainer refused(other, made_up_data(), options, broken.path(), changed);
  CHECK_THROWS_WITH(refused.resume(), ContainsSubstring("controller.lambda"));
}

TEST_CASE("a controller that has no reason to choose collapses, and is found out") {
  const TemporaryFolder folder;
  Network controller = controller_network();
  ControllerOptions options = controller_options();
  options.reward.lambda = 100;
  ControllerTrainer trainer(controller, made_up_data(), options, folder.path(), {});
  Progress silent;
  trainer.run(silent, {});
  const auto last = ControllerValidation::from(trainer.state().history.back().validation);
  CHECK(last.is_collapsed());
  CHECK(last.shares.front() == 1);
  CHECK(last.mean_u == 0.25);
}
