#include "training/gate_trainer.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include "catch_compat.h"
#include "core/error.h"
#include "core/interruption.h"
#include "data/class_labels.h"
#include "graph/graph_builder.h"
#include "tasks/classification.h"
#include "temporary_folder.h"
#include "training/calibration.h"

using namespace tnn;

namespace {

/// 6x6 images of two classes: bright above or below the middle.
TrainingData training_data(int count = 120) {
  LabelledImages set;
  set.images.channels = 1, set.images.height = set.images.width = 6;
  set.class_names = {"top", "bottom"};
  RandomStream random(11);
  TrainingData data;
  for (int i = 0; i < count; ++i) {
    const int label = i % 2;
    set.labels.push_back(label);
    for (int y = 0; y < 6; ++y)
      for (int x = 0; x < 6; ++x) set.images.pixels.push_back(static_cast<uint8_t>(random.below(120) + (y / 3 == label ? 130 : 0)));
    (i % 5 == 0 ? data.validation : data.train).push_back(static_cast<uint32_t>(i));
  }
  data.images = std::make_shared<ImageSet>(with_targets(std::move(set)));
  data.augmentation.mean = {0.5f};
  data.augmentation.std = {0.25f};
  data.workers = 0;
  return data;
}

/// Of four hidden groups the third alone tells the classes apart.
Network datapath(BatchNormMode mode = BatchNormMode::recalibrated, int groups = 4) {
  GraphBuilder b("small");
  const GateId gate = b.channel_gate("gate", groups);
  const NodeId flat = b.flatten("flatten", b.input({1, 6, 6}));
  const NodeId x = b.relu("relu", b.batch_norm("bn", b.linear("fc", flat, groups, gate)));
  Network network(describe_model(b.finish({b.linear("out", x, 2)}), {"independent"}, mode), 5);
  if (groups != 4) return network;
  c10::NoGradGuard no_grad;
  at::Tensor weight = network.parameters().weight(2), out = network.parameters().weight(5);
  weight.zero_(), out.zero_();
  weight.select(0, 2).narrow(0, 0, 18).fill_(0.2);
  out.select(1, 2).copy_(at::tensor({2.0f, -2.0f}));
  network.parameters().bias(5).copy_(at::tensor({-1.0f, 1.0f}));
  return network;
}

const Classification kTask{{{"top", "bottom"}, 0.0}};

GateOptions gate_training(GateMethod method) {
  GateOptions options;
  options.method = method;
  options.points = 8;
  options.epochs = 4;
  options.batch_size = 16;
  options.draws = method == GateMethod::reinforce ? 2 : 1;
  options.optimizer.kind = OptimizerKind::adam;
  options.schedule.base = 0.05;
  options.schedule.epochs = 4;
  options.recalibration_images = 60;
  options.validation_u = {0.5, 1.0};
  options.log_steps = 1;
  return options;
}

std::string tensors_of(const std::filesystem::path& path) {
  const SafetensorsFile file(path);
  std::string bytes;
  for (const TensorView& tensor : file.tensors()) bytes.append(reinterpret_cast<const char*>(tensor.data), tensor.bytes());
  return bytes;
}

/// Trains to the end, stopping and starting anew from the checkpoint after each of `stops` steps.
std::string train(const GateOptions& options, std::vector<int64_t> stops, const std::filesystem::path& folder) {
  Progress silent;
  for (bool finished = false; !finished;) {
    Network net = datapath();
    GateNetwork gates(net.graph(), options.hidden, options.seed);
    GateTrainer trainer(net, gates, kTask, training_data(), options, folder, {});
    trainer.resume();
    TrainingObserver observer;
    observer.on_step = [&](int64_t step, double, const Progress::Figures&) {
      if (!stops.empty() && step == stops.front()) stops.erase(stops.begin()), request_interruption(15);
    };
    finished = trainer.run(silent, observer) == TrainingEnd::finished;
    clear_interruption();
  }
  return tensors_of(folder / "last.safetensors");
}

}  // namespace

TEST_CASE("a training of gates that is stopped and resumed gives the same bits as one that is not") {
  for (const GateMethod method : {GateMethod::concrete, GateMethod::reinforce}) {
    const TemporaryFolder straight, interrupted;
    REQUIRE(train(gate_training(method), {}, straight.path()) == train(gate_training(method), {2, 6, 11}, interrupted.path()));
  }
}

TEST_CASE("trained gates open the group that matters and follow the utilization while the data path stays as it was") {
  for (const GateMethod method : {GateMethod::concrete, GateMethod::reinforce}) {
    for (const ComplexityMeasure measure : {ComplexityMeasure::groups, ComplexityMeasure::macs}) {
      INFO(gate_method_name(method) << (measure == ComplexityMeasure::macs ? " macs" : " groups"));
      GateOptions options = gate_training(method);
      options.epochs = 60;
      options.schedule.epochs = 60;
      options.complexity = measure;
      Network net = datapath();
      calibrate_batch_norm(net, training_data(), {0, 1, 2, 3}, 60, 1);
      const Network before = datapath();
      GateNetwork gates(net.graph(), options.hidden, options.seed);
      const TemporaryFolder folder;
      Progress silent;
      GateTrainer trainer(net, gates, kTask, training_data(), options, folder.path(), {});
      CHECK(trainer.run(silent, {}) == TrainingEnd::finished);
      for (const NodeId node : {2, 5}) CHECK(net.parameters().weight(node).equal(before.parameters().weight(node)));
      const Complexity complexity(net.graph(), measure);
      // With the classifier always there, c runs from (1/4 + 1) / 2 by groups and 1/4 by MACs to 1.
      const double smallest = measure == ComplexityMeasure::groups ? 0.625 : 0.25;
      for (const double u : {0.7, 0.8, 0.9, 1.0}) {
        const Configuration configuration = learned_configuration(net.graph(), gates, options, u);
        INFO("u " << u << " " << configuration.gates[0].pattern());
        CHECK(configuration.gates[0].contains(2));
        CHECK(std::abs(complexity.of(configuration) - std::max(smallest, u)) <= 0.26);  // of four groups, one more or less
      }
      CHECK(trainer.state().history.back().validation.back() > 0.9);
    }
  }
}

TEST_CASE("a network with learned points has the data path's weights and measures the statistics of each point") {
  Network net = datapath();
  const GateOptions options = gate_training(GateMethod::reinforce);
  const GateNetwork gates(net.graph(), options.hidden, 3);
  Network learned = with_learned_points(net, gates, options);
  CHECK(learned.description().gating.strategy == "reinforce");
  for (const char* name : {"fc.weight", "fc.bias", "bn.weight", "bn.running_mean", "out.weight"}) {
    const auto find = [&](const Network& network) {
      for (const auto& entry : network.parameters().entries())
        if (entry.name == name) return entry.tensor;
      return at::Tensor();
    };
    INFO(name);
    CHECK(find(learned).equal(find(net)));
  }
  const auto& points = learned.description().points;
  CHECK(points.back().u == 1.0);
  for (size_t i = 0; i < points.size(); ++i) CHECK(learned.configuration_at(points[i].u) == points[i].configuration);
  std::vector<int> all;
  for (size_t i = 0; i < points.size(); ++i) all.push_back(static_cast<int>(i));
  calibrate_batch_norm(learned, training_data(), all, 60, 1);
  const BatchNormTensors& norm = learned.parameters().batch_norm(3);
  for (size_t i = 0; i < points.size(); ++i) {
    const auto row = static_cast<int64_t>(i);
    for (const int group : points[i].configuration.gates[0].indices())
      CHECK(norm.point_variance[row][group].item<double>() != 1.0);  // one channel a group
  }
}

TEST_CASE("a checkpoint of other gates or another data path is refused and so are networks without gates") {
  const TemporaryFolder folder;
  const GateOptions options = gate_training(GateMethod::concrete);
  Network net = datapath();
  GateNetwork gates(net.graph(), options.hidden, 1);
  Progress silent;
  GateTrainer(net, gates, kTask, training_data(), options, folder.path(), {{{"data path", "first"}}, {}}).run(silent, {});
  GateTrainer other(net, gates, kTask, training_data(), options, folder.path(), {{{"data path", "second"}}, {}});
  CHECK_THROWS_WITH(other.resume(), ContainsSubstring("other settings"));
  GraphBuilder b("plain");
  Network plain(describe_model(b.finish({b.linear("out", b.flatten("flatten", b.input({1, 6, 6})), 2)}), {}, BatchNormMode::shared), 1);
  GateNetwork none(plain.graph(), 4, 1);
  CHECK_THROWS_WITH(GateTrainer(plain, none, kTask, training_data(), options, folder.path(), {}), ContainsSubstring("no gate"));
}

TEST_CASE("a loss of gates that is not finite ends the training as diverged and keeps the last good checkpoint") {
  const TemporaryFolder folder;
  Network net = datapath();
  GateOptions options = gate_training(GateMethod::concrete);
  options.schedule.base = 1e38;
  options.schedule.kind = ScheduleKind::constant;
  GateNetwork gates(net.graph(), options.hidden, 1);
  GateTrainer trainer(net, gates, kTask, training_data(), options, folder.path(), {});
  Progress silent;
  try {
    trainer.run(silent, {});
    FAIL("did not diverge");
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::diverged);
    CHECK_THAT(error.what(), ContainsSubstring("last.safetensors"));
  }
  GateNetwork good(net.graph(), options.hidden, 2);
  good.load(SafetensorsFile(folder.path() / "last.safetensors"));
  for (const auto& parameter : good.parameters()) CHECK(parameter.tensor.isfinite().all().item<bool>());
}
