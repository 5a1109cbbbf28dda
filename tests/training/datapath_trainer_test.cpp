#include "training/datapath_trainer.h"

#include <ATen/ATen.h>

#include <limits>

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "core/interruption.h"
#include "data/class_labels.h"
#include "graph/graph_builder.h"
#include "network/model_file.h"
#include "tasks/classification.h"
#include "temporary_folder.h"
#include "training/calibration.h"
#include "training/checkpoint.h"
#include "training/validation.h"

using namespace tnn;

namespace {

/// 10x10 images of three classes that differ by where they are bright.
std::shared_ptr<const ImageSet> synthetic_images(int count) {
  LabelledImages set;
  set.images.channels = 1, set.images.height = set.images.width = 10;
  set.class_names = {"top", "middle", "bottom"};
  RandomStream random(11);
  for (int i = 0; i < count; ++i) {
    const int label = i % 3;
    set.labels.push_back(label);
    for (int y = 0; y < 10; ++y)
      for (int x = 0; x < 10; ++x) set.images.pixels.push_back(static_cast<uint8_t>(random.below(100) + (y / 4 == label ? 120 : 0)));
  }
  return std::make_shared<ImageSet>(with_targets(std::move(set)));
}

Graph small_network() {
  GraphBuilder b("small");
  NodeId x = b.input({1, 10, 10});
  const GateId gate = b.channel_gate("gate", 4);
  x = b.convolution("conv", x, 8, gate, {.window = {{3}, {}, {1}, {}}, .bias = false});
  x = b.relu("relu", b.batch_norm("bn", x));
  x = b.flatten("flatten", b.pool("pool", x, {PoolKind::max, {{2}, {}, {}, {}}}));
  return b.finish({b.linear("classifier", b.dropout("dropout", x, 0.2), 3)});
}

TrainingData training_data(int workers, int count = 150) {
  TrainingData data;
  data.images = synthetic_images(count);
  for (uint32_t i = 0; i < static_cast<uint32_t>(count); ++i) (i % 5 == 0 ? data.validation : data.train).push_back(i);
  data.augmentation.pad_crop = 1;
  data.augmentation.flip = true;
  data.augmentation.augment = true;
  data.augmentation.mean = {0.4f};
  data.augmentation.std = {0.2f};
  data.workers = workers;
  return data;
}

const Classification kTask{{{"top", "middle", "bottom"}, 0.0}};

DatapathOptions datapath(OptimizerKind optimizer = OptimizerKind::sgd) {
  DatapathOptions options;
  options.epochs = 3;
  options.batch_size = 16;
  options.optimizer.kind = optimizer;
  options.schedule.base = optimizer == OptimizerKind::sgd ? 0.05 : 0.003;
  options.schedule.epochs = 3;
  options.schedule.kind = ScheduleKind::plateau;
  options.recalibration_images = 60;
  options.validation_u = {0.25, 1.0};
  options.log_steps = 1;
  return options;
}

Network network(BatchNormMode mode = BatchNormMode::recalibrated) { return Network(describe_model(small_network(), {}, mode), 5); }

/// All tensors of a checkpoint as bytes; the state without the clock.
std::string tensors_of(const std::filesystem::path& path) {
  const SafetensorsFile file(path);
  std::string bytes;
  for (const TensorView& tensor : file.tensors()) bytes.append(reinterpret_cast<const char*>(tensor.data), tensor.bytes());
  return bytes;
}

/// Trains to the end, stopping and starting anew from the checkpoint after each of `stops` steps, with another number of workers each time.
std::string train(const DatapathOptions& options, BatchNormMode mode, std::vector<int64_t> stops, const std::filesystem::path& folder) {
  Progress silent;
  int workers = 0;
  for (bool finished = false; !finished;) {
    Network net = network(mode);
    DatapathTrainer trainer(net, kTask, training_data(workers++ % 3), options, folder, {});
    trainer.resume();
    TrainingObserver observer;
    observer.on_step = [&](int64_t step, double, const Progress::Figures&) {
      if (!stops.empty() && step == stops.front()) stops.erase(stops.begin()), request_interruption(15);
    };
    finished = trainer.run(silent, observer) == TrainingEnd::finished;
    clear_interruption();
  }
  return tensors_of(folder / "last.safetensors") + tensors_of(folder / "best.safetensors");
}

}  // namespace

TEST_CASE("a training that is stopped and resumed gives the same bits as one that is not, for any number of loader workers") {
  for (const OptimizerKind optimizer : {OptimizerKind::sgd, OptimizerKind::adamw, OptimizerKind::rmsprop})
    for (const PriorKind prior : {PriorKind::chunks, PriorKind::sandwich, PriorKind::uniform})
      for (const BatchNormMode mode : {BatchNormMode::recalibrated, BatchNormMode::switchable}) {
        DatapathOptions options = datapath(optimizer);
        options.prior.kind = prior;
        const TemporaryFolder straight, interrupted;
        REQUIRE(train(options, mode, {}, straight.path()) == train(options, mode, {2, 7, 8, 15}, interrupted.path()));
      }
}

TEST_CASE("a request to stop ends validation and calibration at the next batch") {
  Network net = network();
  request_interruption(15);
  CHECK_THROWS_AS(validate(net, kTask, training_data(0), std::vector<double>{1.0}, 16), Interrupted);
  CHECK_THROWS_AS(calibrate_batch_norm(net, training_data(0), {0}, 60, 1), Interrupted);
  clear_interruption();
}

TEST_CASE("per-sample utilization resumes to the same bits") {
  DatapathOptions options = datapath();
  options.prior.kind = PriorKind::uniform;
  options.prior.per_sample = true;
  const TemporaryFolder straight, interrupted;
  REQUIRE(train(options, BatchNormMode::shared, {}, straight.path()) == train(options, BatchNormMode::shared, {3, 11}, interrupted.path()));
}

TEST_CASE("a curriculum of new slices alone keeps what smaller utilizations trained, and resumes to the same bits") {
  DatapathOptions options = datapath();
  options.schedule.kind = ScheduleKind::constant;
  options.optimizer.weight_decay = 0.01;
  options.prior.kind = PriorKind::curriculum;
  options.prior.curriculum_start = options.prior.curriculum_step = 0.5;
  options.prior.curriculum_epochs = 1;
  options.prior.new_slice_alone = true;
  const TemporaryFolder straight, interrupted, first;
  REQUIRE(train(options, BatchNormMode::recalibrated, {}, straight.path()) ==
          train(options, BatchNormMode::recalibrated, {2, 10, 19}, interrupted.path()));
  options.epochs = 1;
  train(options, BatchNormMode::recalibrated, {}, first.path());
  const Network half = load_network(first.path() / "last.safetensors"), whole = load_network(straight.path() / "last.safetensors");
  const at::Tensor before = half.parameters().weight(1), after = whole.parameters().weight(1);
  CHECK(before.narrow(0, 0, 4).equal(after.narrow(0, 0, 4)));
  CHECK_FALSE(before.narrow(0, 4, 4).equal(after.narrow(0, 4, 4)));
}

TEST_CASE("a checkpoint of another recipe is refused") {
  const TemporaryFolder folder;
  Network net = network();
  Progress silent;
  DatapathTrainer(net, kTask, training_data(0), datapath(), folder.path(), {{{"data path", "first"}}, {}}).run(silent, {});
  DatapathTrainer other(net, kTask, training_data(0), datapath(), folder.path(), {{{"data path", "second"}}, {}});
  CHECK_THROWS_WITH(other.resume(), ContainsSubstring("other settings") && ContainsSubstring("last.safetensors"));
}

TEST_CASE("a loss that is not finite ends the training as diverged, says step and u, and keeps the last good checkpoint") {
  const TemporaryFolder folder;
  Network net = network();
  DatapathOptions options = datapath();
  options.schedule.base = 1e38;
  options.schedule.kind = ScheduleKind::constant;
  options.optimizer.momentum = 0;
  Progress silent;
  DatapathTrainer trainer(net, kTask, training_data(0), options, folder.path(), {});
  try {
    trainer.run(silent, {});
    FAIL("did not diverge");
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::diverged);
    CHECK_THAT(error.what(), ContainsSubstring("step") && ContainsSubstring("u = "));
  }
  const Network good = load_network(folder.path() / "last.safetensors");
  for (const auto& entry : good.parameters().entries()) CHECK(entry.tensor.isfinite().all().item<bool>());
}

TEST_CASE("statistics that are not finite end the training as diverged, and the last good checkpoint stays") {
  const TemporaryFolder folder;
  Network net = network();
  Progress silent;
  DatapathTrainer trainer(net, kTask, training_data(0), datapath(), folder.path(), {});
  trainer.run(silent, {});
  for (const auto& entry : net.parameters().entries())
    if (entry.role == ParameterRole::running_variance) entry.tensor.fill_(std::numeric_limits<float>::infinity());
  CHECK_THROWS_WITH(check_finite(net.parameters().entries(), trainer.state(), trainer.last_path()), ContainsSubstring("running_var"));
  const Network good = load_network(folder.path() / "last.safetensors");
  for (const auto& entry : good.parameters().entries()) CHECK(entry.tensor.isfinite().all().item<bool>());
}

TEST_CASE("training learns: loss falls and every operating point answers well above chance") {
  const TemporaryFolder folder;
  Network net = network();
  DatapathOptions options = datapath();
  options.epochs = 8;
  options.schedule.epochs = 8;
  std::vector<EpochSummary> epochs;
  Progress silent;
  TrainingObserver observer;
  observer.on_epoch = [&](int64_t, const EpochSummary& summary) { epochs.push_back(summary); };
  DatapathTrainer trainer(net, kTask, training_data(1, 300), options, folder.path(), {});
  CHECK(trainer.run(silent, observer) == TrainingEnd::finished);
  REQUIRE(epochs.size() == 8);
  CHECK(epochs.back().training_loss < 0.5 * epochs.front().training_loss);
  for (const double accuracy : epochs.back().validation) CHECK(accuracy > 0.8);
  CHECK(trainer.state().best_score >= epochs.back().score);
}

TEST_CASE("masked and sliced training compute the same weights but for rounding") {
  std::vector<at::Tensor> weights;
  for (const bool masked : {false, true}) {
    const TemporaryFolder folder;
    Network net = network(BatchNormMode::shared);
    DatapathOptions options = datapath();
    options.masked = masked;
    options.epochs = 1;
    Progress silent;
    DatapathTrainer(net, kTask, training_data(0), options, folder.path(), {}).run(silent, {});
    weights.push_back(net.parameters().weight(1).detach().clone());
  }
  CHECK((weights[0] - weights[1]).abs().max().item<double>() < 1e-4);
}

TEST_CASE("a checkpoint is a model file: it loads, and a damaged or foreign one is a data error") {
  const TemporaryFolder folder;
  Network net = network();
  Progress silent;
  DatapathTrainer(net, kTask, training_data(0), datapath(), folder.path(), {}).run(silent, {});
  CHECK(load_network(folder.path() / "last.safetensors").graph() == net.graph());
  const std::string bytes = read_file(folder.path() / "last.safetensors");
  write_file_atomically(folder.path() / "last.safetensors", bytes.substr(0, bytes.size() / 2));
  DatapathTrainer trainer(net, kTask, training_data(0), datapath(), folder.path(), {});
  CHECK_THROWS_AS(trainer.resume(), DataError);
  save_network(folder.path() / "last.safetensors", net);
  CHECK_THROWS_WITH(trainer.resume(), ContainsSubstring("no training state"));
}

TEST_CASE("calibration leaves scales and weights alone and depends on the seed only") {
  Network first = network(), second = network();
  const std::vector<int> points{0, 1, 2, 3};
  calibrate_batch_norm(first, training_data(0), points, 60, 1);
  calibrate_batch_norm(second, training_data(2), points, 60, 1);
  const Network fresh = network();
  for (size_t i = 0; i < first.parameters().entries().size(); ++i) {
    const auto& entry = first.parameters().entries()[i];
    CHECK(entry.tensor.equal(second.parameters().entries()[i].tensor));
    const bool point_statistics = entry.name == "bn.point_mean" || entry.name == "bn.point_var";
    CHECK(entry.tensor.equal(fresh.parameters().entries()[i].tensor) == !point_statistics);
  }
}
