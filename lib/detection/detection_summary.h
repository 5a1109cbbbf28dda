#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "detection/annotations.h"

namespace tnn {

/// What a detector scores in one class; in [0, 1], or -1 where the class has no object to be found.
struct ClassPrecision {
  std::string name;
  int64_t objects = 0;                   ///< to be found: neither crowd (COCO) nor difficult (VOC)
  double ap = -1, ap50 = -1, ap75 = -1;  ///< COCO: mean over IoU thresholds, at IoU 0.50, at 0.75
};

/// COCO's figures of a detector, in [0, 1], or -1 where there is no object to be found.
struct DetectionSummary {
  double map = -1, ap50 = -1, ap75 = -1;                ///< at the largest number of detections an image
  double ap_small = -1, ap_medium = -1, ap_large = -1;  ///< of objects below 32 x 32 pixels, up to 96 x 96, above
  std::vector<int> max_detections;                      ///< most detections an image and class, ascending
  std::vector<double> ar;                               ///< average recall, one for each of them
  double ar_small = -1, ar_medium = -1, ar_large = -1;  ///< at the largest of them
  std::vector<ClassPrecision> classes;                  ///< one a category of the ground truth, in its order
};

/// AP (mean over IoU thresholds .50:.05:.95) and AP50, of a sample of images.
struct MeanPrecision {
  double map = -1, ap50 = -1;
};

/// std::logic_error where there is not one list of detections an image, or a category is out of range; DataError, which names image and
/// detection, where a score or corner is not finite.
void check_detections(const AnnotatedImages& truth, const DetectionLists& detections);

/// The mean of what is not -1; -1 where nothing is.
double mean_of_present(const std::vector<double>& values);

}  // namespace tnn
