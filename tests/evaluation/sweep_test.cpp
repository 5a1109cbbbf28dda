#include "evaluation/sweep.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <csignal>
#include <numeric>

#include "catch_compat.h"
#include "core/error.h"
#include "core/interruption.h"
#include "data/class_labels.h"
#include "evaluation/runtime_predictor.h"
#include "graph/graph_builder.h"
#include "network/input_batch.h"
#include "network/model_file.h"
#include "tasks/classification.h"
#include "temporary_folder.h"

using namespace tnn;

namespace {

std::shared_ptr<const ImageSet> images(int count) {
  LabelledImages set;
  set.images.channels = 1, set.images.height = set.images.width = 6;
  set.class_names = {"a", "b", "c", "d", "e", "f", "g"};
  RandomStream random(2);
  for (int i = 0; i < count; ++i) set.labels.push_back(static_cast<int>(random.below(7)));
  for (int i = 0; i < count * 36; ++i) set.images.pixels.push_back(static_cast<uint8_t>(random.below(256)));
  return std::make_shared<ImageSet>(with_targets(std::move(set)));
}

const Classification kTask{{{"a", "b", "c", "d", "e", "f", "g"}, 0.0}};

Network network() {
  GraphBuilder b("swept");
  const GateId gate = b.channel_gate("gate", 4);
  NodeId x = b.convolution("conv", b.input({1, 6, 6}), 8, gate, {.window = {{3}, {}, {1}, {}}});
  return Network(describe_model(b.finish({b.linear("fc", b.flatten("flatten", b.relu("relu", x)), 7)}), {}, BatchNormMode::shared), 3);
}

Loader loader(const std::shared_ptr<const ImageSet>& set, int64_t batch) {
  std::vector<uint32_t> all(static_cast<size_t>(set->size()));
  std::iota(all.begin(), all.end(), 0u);
  LoaderOptions options;
  options.batch_size = batch;
  options.channels_last = true;
  options.augmentation.mean = {0.5f};
  options.augmentation.std = {0.3f};
  return Loader(set, all, options);
}

}  // namespace

TEST_CASE("a sweep counts what running each image alone at each u counts, whatever the batch size") {
  const auto set = images(53);
  const Network net = network();
  Progress silent;
  Loader large = loader(set, 20), single = loader(set, 1);
  const auto points = sweep_utilization(net, sliced_predictor(net), kTask, large, {0.25, 0.3, 0.75, 1.0}, silent);
  REQUIRE(points.size() == 4);
  c10::NoGradGuard no_grad;
  for (const SweepPoint& point : points) {
    int64_t top1 = 0, top5 = 0;
    double loss = 0;
    Batch batch;
    for (single.start_epoch(0); single.next(batch);) {
      const InputBatch input = to_tensors(batch, at::kCPU);
      const at::Tensor logits = net.first_output(input.inputs, net.masked(net.gating().configuration_at(point.u)), {});
      const int64_t label = input.targets.at("label").item<int64_t>();
      const auto rank = (logits > logits[0][label]).sum().item<int64_t>();
      top1 += rank == 0;
      top5 += rank < 5;
      loss -= at::log_softmax(logits, 1)[0][label].item<double>();
    }
    CHECK(point.samples == 53);
    CHECK(point.metrics[0].value == static_cast<double>(top1) / 53);
    CHECK(point.metrics[1].value == static_cast<double>(top5) / 53);
    CHECK(point.metrics[2].value == Approx(loss / 53).epsilon(1e-5));
    int64_t correct = 0;
    std::vector<int64_t> counts;
    for (const ClassResult& one : point.classes) correct += one.correct, counts.push_back(one.count);
    CHECK(correct == top1);
    CHECK(counts == count_classes(labels_of(*set), 7));
  }
}

TEST_CASE("measured latency has an order, and an interruption stops a sweep with the signal's exit code") {
  const auto set = images(10);
  const Network net = network();
  Progress silent;
  Loader all = loader(set, 5);
  auto points = sweep_utilization(net, sliced_predictor(net), kTask, all, {0.5, 1.0}, silent);
  measure_latency(net, sliced_predictor(net), points, 7, silent);
  for (const SweepPoint& point : points)
    CHECK((0 < point.latency_low_ms && point.latency_low_ms <= point.latency_ms && point.latency_ms <= point.latency_high_ms));
  request_interruption(SIGTERM);
  try {
    sweep_utilization(net, sliced_predictor(net), kTask, all, {1.0}, silent);
    FAIL("went on");
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::terminated);
  }
  clear_interruption();
}

TEST_CASE("a sweep through an engine of the runtime counts what the sliced sweep counts") {
  const TemporaryFolder folder;
  const Network net = network();
  save_network(folder.path() / "model.safetensors", net);
  const auto set = images(53);
  Progress silent;
  Loader all = loader(set, 20);
  const std::vector<double> u{0.25, 0.5, 0.75, 1.0};
  const auto expected = sweep_utilization(net, sliced_predictor(net), kTask, all, u, silent);
  RuntimeOptions options;
  options.batch_limit = 8;
  const auto deployed = sweep_utilization(net, runtime_predictor(folder.path() / "model.safetensors", options), kTask, all, u, silent);
  for (size_t i = 0; i < u.size(); ++i) {
    for (size_t c = 0; c < 7; ++c) CHECK(deployed[i].classes[c].correct == expected[i].classes[c].correct);
    for (size_t m = 0; m < 2; ++m) CHECK(deployed[i].metrics[m].value == expected[i].metrics[m].value);
    CHECK(deployed[i].metrics[2].value == Approx(expected[i].metrics[2].value).epsilon(1e-5));
  }
}
