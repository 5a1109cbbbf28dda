#pragma once

#include <string>
#include <vector>

#include "detection/annotations.h"
#include "detection/detector_options.h"
#include "tasks/task.h"

namespace tnn {

/// What a detector found in the images of an evaluation, beside what they show, both in pixels of the stored images.
class DetectionAccumulator : public MetricAccumulator {
 public:
  DetectionAccumulator(const std::vector<std::string>& class_names, DetectorOptions options);
  void add(const Outputs& outputs, const Targets& targets) override;
  std::string collected() const override;
  /// In the order of the images' places in their set, as one process comes to them.
  void merge(const std::vector<std::string>& collected) override;
  int64_t samples() const override { return static_cast<int64_t>(truth_.images.size()); }
  std::vector<MetricValue> values() const override;
  std::vector<ClassResult> classes() const override;

  const AnnotatedImages& truth() const { return truth_; }
  const std::vector<std::vector<Detection>>& detections() const { return detections_; }

 private:
  DetectorOptions options_;
  AnnotatedImages truth_;
  std::vector<std::vector<Detection>> detections_;
};

}  // namespace tnn
