#include "tasks/detection.h"

#include <ATen/TensorOperators.h>
#include <fmt/format.h>

#include "core/error.h"
#include "graph/region_split.h"
#include "models/faster_rcnn.h"
#include "tasks/detection_accumulator.h"
#include "tasks/detection_loss.h"
#include "tasks/training_proposer.h"

namespace tnn {

DetectionTask::DetectionTask(const TaskOptions& options) : class_names_(options.class_names) {
  if (!options.detector)
    throw UsageError("detection needs a detector: detector.cut or detector.fpn names the nodes at which the network is cut");
  options_ = *options.detector;
}

const std::vector<Metric>& DetectionTask::metrics() const {
  static const std::vector<Metric> metrics{
      {"ap50", "AP at IoU .5", "AP50", "1", "mean over the classes of COCO's average precision at IoU .5", true, "bootstrap"},
      {"map", "mAP", "mAP", "1", "mean of COCO's average precision over IoU .5, .55, ..., .95", true, "bootstrap"},
      {"ap75", "AP at IoU .75", "AP75", "1", "mean over the classes of COCO's average precision at IoU .75", true}};
  return metrics;
}

std::unique_ptr<MetricAccumulator> DetectionTask::make_accumulator() const {
  return std::make_unique<DetectionAccumulator>(class_names_, options_);
}

at::Tensor DetectionTask::loss(const Outputs& outputs, const Targets& targets, uint64_t seed) const {
  const DetectionLosses losses = detection_losses(outputs, objects_of(targets), options_, seed);
  return losses.objectness + losses.anchor_boxes + losses.classes + losses.region_boxes;
}

at::Tensor DetectionTask::loss_each(const Outputs&, const Targets&) const {
  throw UsageError("detection has no loss of each image: this stage goes with classification");
}

at::Tensor DetectionTask::distillation_loss(const Outputs&, const Outputs&) const {
  throw UsageError("training.distillation: a detector's operating points look at different regions (allowed: false)");
}

MetricSum DetectionTask::training_metric(const Outputs&, const Targets&) const { return {}; }

std::unique_ptr<RegionProposer> DetectionTask::training_proposer(const Targets& targets, uint64_t seed) const {
  return std::make_unique<TrainingProposer>(options_, objects_of(targets), seed);
}

std::string DetectionTask::mismatch(const Graph& graph) const {
  const DetectorOutputs names{options_.levels};
  if (!find_roi_align(graph))
    return "the network is no detector (detector.cut or detector.fpn names the nodes at which a classifier becomes one)";
  if (graph.outputs().size() != names.count()) return "the network has not the outputs of a detector";
  const auto channels = [&](size_t i) { return graph.channels(graph.shape(graph.outputs().at(i))); };
  if (const auto classes = static_cast<int64_t>(class_names_.size()); channels(names.class_logits()) != classes + 1 && classes != 0)
    return fmt::format("the network knows {} classes, but the data set has {}", channels(names.class_logits()) - 1, classes);
  for (int64_t level = 0; level < options_.levels; ++level)
    if (const int64_t anchors = anchors_of_level(options_, level).per_place(); channels(names.objectness(level)) != anchors)
      return fmt::format("the network has {} anchors a place, but the detector's options say {}", channels(names.objectness(level)),
                         anchors);
  return "";
}

}  // namespace tnn
