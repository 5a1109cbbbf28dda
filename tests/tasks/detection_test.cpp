#include "tasks/detection.h"

#include <ATen/ATen.h>

#include <cmath>

#include "catch_compat.h"
#include "core/error.h"
#include "models/faster_rcnn.h"
#include "random_detector.h"
#include "tasks/detection_accumulator.h"
#include "tasks/detection_loss.h"
#include "tasks/detection_targets.h"

using namespace tnn;

namespace {

/// One anchor of 16 pixels at each of 4 x 4 places, 8 pixels apart; two classes.
DetectorOptions options() {
  DetectorOptions options;
  options.anchors = {{16}, {1}};
  options.stride = 8;
  options.anchor_sampling.count = 1000;
  options.region_sampling.count = 1000;
  options.detections.score_threshold = 0.1;
  return options;
}

DetectionTask task() { return DetectionTask({{"cat", "dog"}, 0, options()}); }

/// What a detector that knows nothing gives for two images with these regions.
Outputs blank_outputs(const std::vector<Region>& regions) {
  const auto count = static_cast<int64_t>(regions.size());
  return {at::zeros({2, 1, 4, 4}), at::zeros({2, 4, 4, 4}), at::zeros({count, 3}), at::zeros({count, 12}), to_tensor(regions)};
}

const Box kObject{8, 8, 24, 24};

}  // namespace

TEST_CASE("detection loss: of outputs that are all 0 it is log 2 for anchors and log of the classes for regions") {
  const auto images = objects_of(box_targets({{{kObject, 1}}, {}}, 32, 32));
  const DetectionLosses losses =
      detection_losses(blank_outputs({{0, kObject}, {0, {0, 0, 8, 8}}, {1, {0, 0, 32, 32}}}), images, options(), 1);
  CHECK(losses.objectness.item<double>() == Approx(std::log(2.0)));
  CHECK(losses.classes.item<double>() == Approx(std::log(3.0)));
  CHECK(losses.anchor_boxes.item<double>() == Approx(0.0).margin(1e-9));  // the anchor is the object
  CHECK(losses.region_boxes.item<double>() == Approx(0.0).margin(1e-9));
}

TEST_CASE("detection loss: smooth L1 of the deltas by hand, over the number of regions") {
  const auto images = objects_of(box_targets({{{{8, 8, 40, 24}, 0}}, {}}, 48, 48));
  const Outputs outputs = blank_outputs({{0, {8, 8, 36, 24}}, {1, {0, 0, 9, 9}}});
  // dx = 10 * 2 / 28, dw = 5 * log(32 / 28): above beta = 1/9 each is |d| - beta / 2.
  const double expected = (10 * 2.0 / 28 - 1.0 / 18 + 5 * std::log(32.0 / 28) - 1.0 / 18) / 2;
  CHECK(detection_losses(outputs, images, options(), 1).region_boxes.item<double>() == Approx(expected).epsilon(1e-5));
}

TEST_CASE("detection loss: difficult objects and crowds are neither objects nor background") {
  const auto images = objects_of(box_targets({{{kObject, 1, BoxTargets::kDifficult}}, {{kObject, 0, BoxTargets::kCrowd}}}, 32, 32));
  CHECK(images[0].objects.empty());
  const auto labels = region_labels(to_tensor({{0, kObject}, {0, {0, 0, 7, 7}}, {1, kObject}}), images, options().region_sampling);
  CHECK(labels.equal(at::tensor({-1, 0, -1}, at::kLong)));
  const DetectionLosses losses = detection_losses(blank_outputs({{0, kObject}, {1, kObject}}), images, options(), 1);
  CHECK(losses.classes.item<double>() == 0.0);
  CHECK(std::isfinite(losses.objectness.item<double>()));
}

TEST_CASE("detection loss: boxes without area and beyond the image give no NaN") {
  const auto images = objects_of(box_targets({{{{5, 5, 5, 5}, 0}, {{100, 100, 120, 130}, 1}}, {{{-5, -5, 3, 3}, 0}}}, 32, 32));
  const DetectionLosses losses = detection_losses(blank_outputs({{0, {5, 5, 5, 5}}, {1, {0, 0, 32, 32}}}), images, options(), 1);
  for (const at::Tensor& loss : {losses.objectness, losses.anchor_boxes, losses.classes, losses.region_boxes})
    CHECK(std::isfinite(loss.item<double>()));
}

TEST_CASE("detection metrics: everything found is 1, the same with the classes exchanged is 0") {
  const Targets targets = box_targets({{{kObject, 1}}, {{{0, 0, 10, 30}, 0}, {kObject, 1, BoxTargets::kDifficult}}}, 32, 32);
  for (const int64_t exchanged : {0, 1}) {
    Outputs outputs = blank_outputs({{0, kObject}, {1, {0, 0, 10, 30}}, {1, kObject}});
    for (const int64_t r : {0, 1, 2}) outputs[DetectorOutputs{}.class_logits()][r][r == 1 ? 1 + exchanged : 2 - exchanged] = 20.0;
    const auto accumulator = task().make_accumulator();
    accumulator->add(outputs, targets);
    CHECK(accumulator->samples() == 2);
    CHECK(accumulator->values()[0].value == Approx(1.0 - static_cast<double>(exchanged)));
    CHECK(accumulator->values()[1].value == Approx(1.0 - static_cast<double>(exchanged)));
    CHECK(accumulator->classes()[0].count == 1);
    CHECK(accumulator->classes()[1].count == 1);  // the difficult one is not counted
    const auto merged = task().make_accumulator(), empty = task().make_accumulator();
    merged->merge({empty->collected(), accumulator->collected()});
    CHECK(merged->samples() == 2);
    CHECK(merged->collected() == accumulator->collected());
    CHECK(merged->values()[1].value == accumulator->values()[1].value);
    CHECK(merged->values()[1].low == accumulator->values()[1].low);
  }
}

TEST_CASE("detection: a network that is no detector, or has other classes, is refused") {
  const ModelDescription description = random_detector(3);
  const TaskOptions fitting{description.class_names, 0, description.detector};
  CHECK(DetectionTask(fitting).mismatch(description.graph).empty());
  TaskOptions other = fitting;
  other.class_names.emplace_back("one more");
  CHECK_THAT(DetectionTask(other).mismatch(description.graph), Catch::Contains("the data set has"));
  CHECK_THROWS_WITH(make_task("detection", {{"cat"}, 0, {}}), Catch::Contains("detector.cut"));
}
