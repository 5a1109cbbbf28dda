// A small detector learns squares.
#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include "catch_compat.h"
#include "core/random_stream.h"
#include "random_detector.h"
#include "tasks/detection.h"
#include "tasks/detection_targets.h"
#include "training/optimizer.h"
#include "training/training_step.h"

using namespace tnn;

namespace {

/// Images of noise, each with a bright square (class 0) or a dark bar (class 1).
InputBatch squares_and_bars(int64_t count, int64_t height, int64_t width, uint64_t seed) {
  at::manual_seed(seed);
  RandomStream random(seed);
  at::Tensor images = 0.1 * at::randn({count, 3, height, width});
  std::vector<std::vector<TestObject>> objects;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t label = i % 2, w = label == 0 ? 14 : 8, h = label == 0 ? 14 : 20;
    const auto x = static_cast<int64_t>(random.below(static_cast<uint64_t>(width - w))),
               y = static_cast<int64_t>(random.below(static_cast<uint64_t>(height - h)));
    images[i].slice(1, y, y + h).slice(2, x, x + w).fill_(label == 0 ? 1.0 : -1.0);
    objects.push_back({{{static_cast<double>(x), static_cast<double>(y), static_cast<double>(x + w), static_cast<double>(y + h)}, label}});
  }
  return {images, box_targets(objects, static_cast<float>(height), static_cast<float>(width))};
}

/// The same parts as random_detector, of a fixed size.
ModelDescription small_detector() {
  GraphBuilder b("small");
  NodeId x = b.input({3, 48, 64});
  const GateId width = b.channel_gate("width", 4), head = b.channel_gate("head", 4);
  x = b.relu("relu1", b.batch_norm("bn1", b.convolution("conv1", x, 16, width, {{{3}, {2}, {1}, {}}, 1, false, false})));
  x = b.relu("map", b.batch_norm("bn2", b.convolution("conv2", x, 24, width, {{{3}, {2}, {1}, {}}, 1, false, false})));
  x = b.relu("relu3", b.convolution("conv3", x, 32, head, {{{3}, {}, {1}, {}}}));
  x = b.linear("fc", b.flatten("flat", x), 2);
  DetectorOptions options;
  options.anchors = {{14}, {0.7, 1.5}};
  options.proposals = {100, 20, 0.7, 1};
  options.training_proposals = {200, 100, 0.7, 1};
  options.anchor_sampling.count = 64;
  options.region_sampling.count = 32;
  options.stride = 4;
  ModelDescription description = describe_model(faster_rcnn(b.finish({x}), {"map", 2, 2, 0, {4, 2, 20}}), {}, BatchNormMode::recalibrated);
  description.detector = options;
  description.class_names = {"square", "bar"};
  return description;
}

double ap50(const Network& network, const Task& task, const InputBatch& batch, int point) {
  const auto accumulator = task.make_accumulator();
  c10::NoGradGuard no_grad;
  accumulator->add(network.forward(batch.inputs, network.at_point(point), {}), batch.targets);
  return accumulator->values().front().value;
}

}  // namespace

TEST_CASE("detection training: a small detector learns to find squares and bars, at more than one utilization") {
  Network network(small_detector(), 3);
  const DetectionTask task({network.description().class_names, 0, network.description().detector});
  DatapathOptions options;
  options.seed = 5;
  options.prior.kind = PriorKind::uniform;
  options.prior.u_min = 0.5;
  options.optimizer.kind = OptimizerKind::adam;
  Optimizer optimizer(network.parameters().trainable(), options.optimizer);
  const InputBatch batch = squares_and_bars(8, 48, 64, 1);
  const int last = static_cast<int>(network.description().points.size()) - 1;
  const double before = ap50(network, task, batch, last);
  double first_loss = 0, loss = 0;
  for (int64_t step = 0; step < 120; ++step) {
    optimizer.zero_grad();
    loss = accumulate_gradients(network, task, batch, options, 0, step, StepShare::alone(batch.size())).loss;
    if (step == 0) first_loss = loss;
    optimizer.step(0.004);
  }
  CHECK(loss < 0.5 * first_loss);
  c10::NoGradGuard no_grad;
  for (const int point : {last / 2, last})
    for (int64_t i = 0; i < 8; ++i) network.forward(batch.inputs, network.at_point(point), {Phase::calibrate, 0, i});
  CHECK(before < 0.3);
  CHECK(ap50(network, task, batch, last) > 0.8);
  CHECK(ap50(network, task, batch, last / 2) > 0.5);
}

TEST_CASE("detection training: a step depends on its number and the seed alone") {
  const InputBatch batch = squares_and_bars(4, 48, 64, 2);
  const auto gradient = [&](int64_t step) {
    Network network(small_detector(), 3);
    const DetectionTask task({network.description().class_names, 0, network.description().detector});
    DatapathOptions options;
    options.seed = 5;
    accumulate_gradients(network, task, batch, options, 0, step, StepShare::alone(batch.size()));
    return network.parameters().entries().front().tensor.grad().clone();
  };
  CHECK(gradient(3).equal(gradient(3)));
  CHECK_FALSE(gradient(3).equal(gradient(4)));
}
