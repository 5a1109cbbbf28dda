#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/table.h"
#include "detection/bootstrap.h"

namespace tnn {

/// The figures of an evaluation of detections, COCO's or VOC's, as they are printed.
struct DetectionReport {
  size_t images = 0, detections = 0;
  std::string metric;                                   ///< "coco", or VOC's "11-point", "all-point"
  std::optional<double> iou;                            ///< VOC's threshold
  std::vector<std::pair<std::string, double>> figures;  ///< of the whole set: map, ap50, ..., ar_100, ...
  std::vector<ClassPrecision> classes;
  std::optional<PrecisionIntervals> intervals;  ///< ap50's is empty where there is no such figure

  void add(const DetectionSummary& summary);
  void add(const VocSummary& summary, VocMetric voc_metric, double voc_iou);
};

/// See evaluate_detections().
std::string format_detection_report(const DetectionReport& report, TableFormat format);

}  // namespace tnn
