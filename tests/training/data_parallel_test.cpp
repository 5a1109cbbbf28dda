#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <cmath>

#include "catch_compat.h"
#include "data/class_labels.h"
#include "distributed/together.h"
#include "graph/graph_builder.h"
#include "network/model_file.h"
#include "tasks/classification.h"
#include "training/calibration.h"
#include "training/datapath_trainer.h"
#include "training/gate_trainer.h"
#include "training/validation.h"

using namespace tnn;

namespace {

std::shared_ptr<const ImageSet> striped_images(int count) {
  LabelledImages set;
  set.images.channels = 1, set.images.height = set.images.width = 10;
  set.class_names = {"top", "middle", "bottom"};
  RandomStream random(11);
  for (int i = 0; i < count; ++i) {
    const int label = i % 3;
    set.labels.push_back(label);
    for (int y = 0; y < 10; ++y)
      for (int x = 0; x < 10; ++x) set.images.pixels.push_back(static_cast<uint8_t>(random.below(200) + (y / 4 == label ? 40 : 0)));
  }
  return std::make_shared<ImageSet>(with_targets(std::move(set)));
}

Graph two_layers(bool normalized) {
  GraphBuilder b("two layers");
  NodeId x = b.input({1, 10, 10});
  const GateId gate = b.channel_gate("gate", 4), second = b.channel_gate("second", 4);
  x = b.convolution("conv", x, 8, gate, {.window = {{3}, {}, {1}, {}}, .bias = !normalized});
  if (normalized) x = b.batch_norm("bn", x);
  x = b.convolution("conv2", b.relu("relu", x), 8, second, {.window = {{3}, {2}, {1}, {}}, .bias = !normalized});
  if (normalized) x = b.batch_norm("bn2", x);
  x = b.flatten("flatten", b.relu("relu2", x));
  return b.finish({b.linear("classifier", x, 3)});
}

TrainingData data_of(const SharedGroup& group) {
  TrainingData data;
  data.images = striped_images(450);
  for (uint32_t i = 0; i < 450; ++i) (i % 9 == 0 ? data.validation : data.train).push_back(i);
  data.augmentation.pad_crop = 1;
  data.augmentation.flip = true;
  data.augmentation.augment = true;
  data.augmentation.mean = {0.4f};
  data.augmentation.std = {0.2f};
  data.workers = 0;
  data.group = group;
  return data;
}

const Classification kTask{{{"top", "middle", "bottom"}, 0.0}};

DatapathOptions options_of(PriorKind prior) {
  DatapathOptions options;
  options.epochs = 10;  // 400 images, 20 steps each: 200
  options.batch_size = 20;
  options.schedule.base = 0.02;
  options.schedule.epochs = 10;
  options.prior.kind = prior;
  options.prior.chunks = 3;
  options.prior.list = {0.25, 0.75};
  options.recalibration_images = 60;
  options.validation_u = {0.25, 1.0};
  options.log_steps = 1;
  return options;
}

/// What a training of `processes` went through, in rank 0; and whether all ranks ended with the same bits.
struct Run {
  std::vector<double> losses, bytes;  ///< of each step
  std::vector<double> validation;     ///< of the last epoch
  std::vector<std::string> weights;   ///< of each rank
};

std::string bits_of(const Network& network) {
  std::string bits;
  for (const auto& entry : network.parameters().entries()) {
    const at::Tensor values = entry.tensor.detach().contiguous();
    bits.append(static_cast<const char*>(values.const_data_ptr()), values.nbytes());
  }
  return bits;
}

Run trained(int processes, const Graph& graph, BatchNormMode mode, const DatapathOptions& options) {
  at::set_num_threads(1);
  const TemporaryFolder folder;
  Run run;
  run.weights.resize(static_cast<size_t>(processes));
  const auto work = [&](const SharedGroup& group) {
    Network network(describe_model(graph, {}, mode), 5);
    DatapathTrainer trainer(network, kTask, data_of(group), options, folder.path(), {});
    Progress silent;
    TrainingObserver observer;
    double sum = 0;
    if (is_writer(group))
      observer.on_step = [&](int64_t, double, const Progress::Figures& figures) {
        const double so_far = trainer.state().loss_sum;  // of the epoch
        run.losses.push_back(trainer.state().step_in_epoch == 1 ? so_far : so_far - sum);
        sum = so_far;
        for (const auto& [name, value] : figures)
          if (name == "exchanged_bytes") run.bytes.push_back(value);
      };
    trainer.run(silent, observer);
    if (is_writer(group)) run.validation = trainer.state().history.back().validation;
    run.weights[static_cast<size_t>(group ? group->rank() : 0)] = bits_of(network);
  };
  if (processes == 1)
    work(nullptr);
  else
    run_together(processes, work);
  return run;
}

/// The largest relative difference of two loss curves.
double difference(const Run& a, const Run& b) {
  double largest = 0;
  REQUIRE(a.losses.size() == b.losses.size());
  for (size_t i = 0; i < a.losses.size(); ++i) largest = std::max(largest, std::abs(a.losses[i] - b.losses[i]) / std::abs(a.losses[i]));
  return largest;
}

void check_equal_ranks(const Run& run) {
  for (const std::string& weights : run.weights) CHECK(weights == run.weights.front());
}

}  // namespace

TEST_CASE("1, 2 and 4 processes have the same loss within 1e-5 over 200 steps, and their ranks the same bits") {
  for (const PriorKind prior : {PriorKind::chunks, PriorKind::uniform, PriorKind::sandwich}) {
    const Run alone = trained(1, two_layers(false), BatchNormMode::shared, options_of(prior));
    REQUIRE(alone.losses.size() == 200);
    CHECK(alone.losses.back() < 0.8 * alone.losses.front());
    for (const int processes : {2, 4}) {
      const Run together = trained(processes, two_layers(false), BatchNormMode::shared, options_of(prior));
      INFO(processes << " processes, prior " << static_cast<int>(prior));
      CHECK(difference(alone, together) < 1e-5);
      REQUIRE(together.validation.size() == alone.validation.size());
      for (size_t i = 0; i < alone.validation.size(); ++i) CHECK(together.validation[i] == Approx(alone.validation[i]).margin(0.021));
      check_equal_ranks(together);
    }
  }
}

TEST_CASE("with batch norm over all processes 1 and 2 have the same loss within 1e-4") {
  for (const BatchNormMode mode : {BatchNormMode::recalibrated, BatchNormMode::switchable}) {
    DatapathOptions options = options_of(PriorKind::chunks);
    options.prior.chunks = 2;
    options.schedule.base = 0.005;
    options.epochs = 1;
    const Run alone = trained(1, two_layers(true), mode, options);
    options.sync_batch_norm = true;
    const Run together = trained(2, two_layers(true), mode, options);
    CHECK(difference(alone, together) < 1e-4);
    check_equal_ranks(together);
    options.sync_batch_norm = false;
    const Run apart = trained(2, two_layers(true), mode, options);
    CHECK(difference(alone, apart) > 1e-3);  // statistics of half a batch are others
    check_equal_ranks(apart);
  }
}

TEST_CASE("a utilization for each sample, and masked execution, are shared exactly") {
  for (const bool masked : {false, true}) {
    DatapathOptions options = options_of(PriorKind::list);
    options.prior.per_sample = !masked;
    options.masked = masked;
    options.epochs = 3;
    const Run alone = trained(1, two_layers(false), BatchNormMode::shared, options);
    const Run together = trained(3, two_layers(false), BatchNormMode::shared, options);
    CHECK(difference(alone, together) < 1e-5);
    check_equal_ranks(together);
  }
}

TEST_CASE("what is closed is not sent: the bytes of a step fall with u, and at u = 1 are those of all weights") {
  DatapathOptions options = options_of(PriorKind::list);
  options.epochs = 1;
  const auto bytes_at = [&](double u) {
    options.prior.list = {u};
    const Run run = trained(2, two_layers(false), BatchNormMode::shared, options);
    REQUIRE(run.bytes.size() == 20);
    CHECK(run.bytes.front() == run.bytes.back());
    return run.bytes.front();
  };
  const int64_t whole = (8 * 9 + 8) + (8 * 8 * 9 + 8) + (3 * 8 * 25 + 3);
  const int64_t words = 8 * (3 + 2 * 3), flags = 6 * 4;  // of the step's figures, and one for each parameter
  CHECK(bytes_at(1) == static_cast<double>(4 * whole + words + flags));
  const int64_t quarter = (2 * 9 + 2) + (2 * 2 * 9 + 2) + (3 * 2 * 25 + 3);
  CHECK(bytes_at(0.25) == static_cast<double>(4 * quarter + words + flags));
}

TEST_CASE("processes that share an evaluation count each sample once, if they are more than there are samples in a batch") {
  const std::vector<double> u{0.5, 1.0};
  const auto validated = [&](const SharedGroup& group, size_t samples, int64_t batch) {
    Network network(describe_model(two_layers(true), {}, BatchNormMode::recalibrated), 5);
    TrainingData data = data_of(group);
    data.validation.resize(samples);
    calibrate_batch_norm(network, data, {0, 1, 2, 3}, 300, 1);
    return std::pair{validate(network, kTask, data, u, batch), bits_of(network)};
  };
  for (const auto& [samples, batch] : {std::pair<size_t, int64_t>{10, 100}, {10, 4}, {50, 7}, {1, 2}}) {
    const auto alone = validated(nullptr, samples, batch).first;
    std::vector<std::vector<double>> shared(3);
    std::vector<std::string> bits(3);
    run_together(3, [&, count = samples, size = batch](const SharedGroup& group) {
      const auto rank = static_cast<size_t>(group->rank());
      std::tie(shared[rank], bits[rank]) = validated(group, count, size);
    });
    for (const auto& values : shared) CHECK(values == alone);
    CHECK(bits[1] == bits[0]);
    CHECK(bits[2] == bits[0]);
  }
}

TEST_CASE("where a process is lost in the middle of a step, rank 0 keeps a checkpoint of the last whole one, from which all go on") {
  at::set_num_threads(1);
  DatapathOptions options = options_of(PriorKind::chunks);
  options.epochs = 2;
  const Graph graph = two_layers(true);
  const Run straight = trained(3, graph, BatchNormMode::recalibrated, options);
  const TemporaryFolder folder;
  std::string told;
  run_together(3, [&](const SharedGroup& group) {
    Network network(describe_model(graph, {}, BatchNormMode::recalibrated), 5);
    DatapathTrainer trainer(network, kTask, data_of(group), options, folder.path(), {});
    Progress silent;
    TrainingObserver observer;
    observer.on_step = [&](int64_t step, double, const Progress::Figures&) {
      if (group->rank() == 2 && step == 7) throw std::runtime_error("lost");
    };
    try {
      trainer.run(silent, observer);
    } catch (const PeerLost& lost) {
      if (group->is_writer()) told = lost.what();
    } catch (const std::runtime_error&) {  // its connections close with it
    }
  });
  CHECK_THAT(told, ContainsSubstring("after step 7") && ContainsSubstring("--resume") && ContainsSubstring("last.safetensors"));
  std::vector<std::string> weights(3);
  run_together(3, [&](const SharedGroup& group) {
    Network network(describe_model(graph, {}, BatchNormMode::recalibrated), 5);
    DatapathTrainer trainer(network, kTask, data_of(group), options, folder.path(), {});
    if (group->is_writer()) trainer.resume();
    Progress silent;
    trainer.run(silent, {});
    weights[static_cast<size_t>(group->rank())] = bits_of(network);
  });
  for (const std::string& resumed : weights) CHECK(resumed == straight.weights.front());
}

TEST_CASE("gates are learned by several processes as by one") {
  const auto learned = [](const SharedGroup& group, GateMethod method, Baseline baseline, const std::filesystem::path& folder) {
    Network network(describe_model(two_layers(true), {}, BatchNormMode::shared), 5);
    GateNetwork gates(network.graph(), 8, 1);
    GateOptions options;
    options.method = method;
    options.baseline = baseline;
    options.draws = method == GateMethod::concrete ? 1 : 3;
    options.epochs = 1;
    options.batch_size = 20;
    options.schedule.base = 0.01;
    options.log_steps = 1;
    options.validation_u = {0.5};
    GateTrainer trainer(network, gates, kTask, data_of(group), options, folder, {});
    std::vector<double> losses;
    TrainingObserver observer;
    observer.on_step = [&](int64_t, double, const Progress::Figures& figures) {
      losses.push_back(trainer.state().loss_sum);
      for (const auto& [name, value] : figures)
        if (name == "penalty" || name == "complexity") losses.push_back(value);
    };
    Progress silent;
    trainer.run(silent, observer);
    return losses;
  };
  at::set_num_threads(1);
  for (const auto& [method, baseline] : {std::pair{GateMethod::concrete, Baseline::batch},
                                         {GateMethod::reinforce, Baseline::batch},
                                         {GateMethod::reinforce, Baseline::none}}) {
    const TemporaryFolder one, several;
    const auto alone = learned(nullptr, method, baseline, one.path());
    REQUIRE(alone.size() == 60);
    std::vector<double> together;
    run_together(3, [&, how = method, what = baseline](const SharedGroup& group) {
      const auto losses = learned(group, how, what, several.path() / std::to_string(group->rank()));
      if (group->is_writer()) together = losses;
    });
    REQUIRE(together.size() == alone.size());
    for (size_t i = 0; i < alone.size(); ++i) CHECK(together[i] == Approx(alone[i]).epsilon(1e-5));
  }
}
