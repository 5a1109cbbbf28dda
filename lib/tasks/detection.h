#pragma once

#include <memory>
#include <string>
#include <vector>

#include "detection/detector_options.h"
#include "tasks/task.h"

namespace tnn {

/// Boxes of objects of several classes in each image, by a two-stage network (models/faster_rcnn.h): its outputs and then the regions that
/// its head looked at. The targets are those of data/box_targets.h. Metrics: average precision at IoU .5, its mean over IoU .5 to .95 and
/// that at .75, as COCO defines them, with bootstrap intervals over the images; classes by average precision at IoU .5.
///
/// The loss is Ren et al. 2015, Eq. 1, of a sample of the anchors, plus that of Girshick 2015, Eq. 1, of the regions: cross-entropy, and
/// smooth L1 (beta 1/9) of the boxes' deltas, summed and divided by the number of anchors or regions. Difficult objects and crowds are
/// neither learnt nor background.
class DetectionTask : public Task {
 public:
  /// UsageError where the options hold no detector.
  explicit DetectionTask(const TaskOptions& options);
  std::string name() const override { return "detection"; }
  const std::vector<Metric>& metrics() const override;
  std::string score_name() const override { return "ap50"; }
  std::unique_ptr<MetricAccumulator> make_accumulator() const override;
  at::Tensor loss(const Outputs& outputs, const Targets& targets, uint64_t seed) const override;
  at::Tensor loss_each(const Outputs& outputs, const Targets& targets) const override;
  at::Tensor distillation_loss(const Outputs& student, const Outputs& teacher) const override;
  /// None: average precision is of whole sets.
  MetricSum training_metric(const Outputs& outputs, const Targets& targets) const override;
  std::unique_ptr<RegionProposer> training_proposer(const Targets& targets, uint64_t seed) const override;
  std::string mismatch(const Graph& graph) const override;

 private:
  std::vector<std::string> class_names_;
  DetectorOptions options_;
};

}  // namespace tnn
