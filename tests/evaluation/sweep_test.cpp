#include "evaluation/sweep.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <csignal>
#include <numeric>

#include "catch_compat.h"
#include "core/error.h"
#include "core/interruption.h"
#include "evaluation/runtime_classifier.h"
#include "graph/graph_builder.h"
#include "network/input_batch.h"
#include "network/model_file.h"
#include "temporary_folder.h"

using namespace tnn;

namespace {

std::shared_ptr<const ImageSet> images(int count) {
  auto set = std::make_shared<ImageSet>();
  set->channels = 1, set->height = set->width = 6;
  set->class_names = {"a", "b", "c", "d", "e", "f", "g"};
  RandomStream random(2);
  for (int i = 0; i < count; ++i) set->labels.push_back(static_cast<int>(random.below(7)));
  for (int i = 0; i < count * 36; ++i) set->pixels.push_back(static_cast<uint8_t>(random.below(256)));
  return set;
}

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
  const auto points = sweep_utilization(net, sliced_classifier(net), large, {0.25, 0.3, 0.75, 1.0}, 7, silent);
  REQUIRE(points.size() == 4);
  c10::NoGradGuard no_grad;
  for (const SweepPoint& point : points) {
    int64_t top1 = 0, top5 = 0;
    double loss = 0;
    Batch batch;
    for (single.start_epoch(0); single.next(batch);) {
      const InputBatch input = to_tensors(batch, true, at::kCPU);
      const at::Tensor logits = net.first_output(input.images, net.masked(net.gating().configuration_at(point.u)), {});
      const int64_t label = input.labels.item<int64_t>();
      const auto rank = (logits > logits[0][label]).sum().item<int64_t>();
      top1 += rank == 0;
      top5 += rank < 5;
      loss -= at::log_softmax(logits, 1)[0][label].item<double>();
    }
    CHECK(point.images == 53);
    CHECK(point.top1 == top1);
    CHECK(point.top5 == top5);
    CHECK(point.loss == Approx(loss / 53).epsilon(1e-5));
    CHECK(std::accumulate(point.class_correct.begin(), point.class_correct.end(), int64_t{0}) == top1);
    CHECK(point.class_count == count_classes(set->labels, 7));
  }
}

TEST_CASE("measured latency has an order, and an interruption stops a sweep with the signal's exit code") {
  const auto set = images(10);
  const Network net = network();
  Progress silent;
  Loader all = loader(set, 5);
  auto points = sweep_utilization(net, sliced_classifier(net), all, {0.5, 1.0}, 7, silent);
  measure_latency(net, sliced_classifier(net), points, 7, silent);
  for (const SweepPoint& point : points)
    CHECK((0 < point.latency_low_ms && point.latency_low_ms <= point.latency_ms && point.latency_ms <= point.latency_high_ms));
  request_interruption(SIGTERM);
  try {
    sweep_utilization(net, sliced_classifier(net), all, {1.0}, 7, silent);
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
  const auto expected = sweep_utilization(net, sliced_classifier(net), all, u, 7, silent);
  RuntimeOptions options;
  options.batch_limit = 8;
  const auto deployed = sweep_utilization(net, runtime_classifier(folder.path() / "model.safetensors", options), all, u, 7, silent);
  for (size_t i = 0; i < u.size(); ++i) {
    CHECK(deployed[i].class_correct == expected[i].class_correct);
    CHECK(deployed[i].top5 == expected[i].top5);
    CHECK(deployed[i].loss == Approx(expected[i].loss).epsilon(1e-5));
  }
  SweepPoint other = expected.front();
  other.configuration.gates.front() = ActiveGroups::of(4, {2});
  const Classifier classify = runtime_classifier(folder.path() / "model.safetensors", options);
  CHECK_THROWS_AS(classify(at::zeros({1, 1, 6, 6}), other), UsageError);
}
