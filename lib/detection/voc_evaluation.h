#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "detection/detection_summary.h"

namespace tnn {

/// How average precision is read from the curve of precision against recall.
enum class VocMetric {
  eleven_point,  ///< VOC2007: mean over recalls 0, 0.1, ..., 1 of the best precision at that recall or a higher one
  all_point      ///< VOC2010 and later: the area under that envelope
};
VocMetric voc_metric_from_name(const std::string& name);  ///< "11-point", "all-point"; UsageError for another
std::string voc_metric_name(VocMetric metric);

/// VOC's figures of a detector, in [0, 1], or -1 where there is no object to be found.
struct VocSummary {
  double map = -1;                      ///< mean over the classes that have objects
  std::vector<ClassPrecision> classes;  ///< `ap` and `objects` alone, one a category
};

/// Average precision as the VOC devkit computes it (Everingham et al. 2010; VOCevaldet.m), class by class. Detections are sorted by falling
/// score (of equal ones the first image, then the first in its list). Each goes to the object of its class and image that it overlaps
/// most, taken or not: with an IoU of the threshold or more (>=, as in the devkit; some Python versions ask for more than the threshold) it
/// is right the first time an object is found and wrong from the second time on; where the object is difficult it is neither. Sides count
/// the pixels from corner to corner, both inside, which is the width of a half-open box. Objects that are difficult need not be found.
///
/// Recalls of the 11 points are compared as fractions: 3 objects of 10 reach 0.3, which 3 * 0.1 in floating point misses.
class VocEvaluation {
 public:
  /// `iou`: the threshold, in (0, 1]; UsageError for another. Throws as check_detections() does.
  VocEvaluation(const AnnotatedImages& truth, const DetectionLists& detections, double iou = 0.5);

  size_t images() const { return images_; }

  VocSummary accumulate(VocMetric metric) const;
  /// Of a sample that holds every image `weights[image]` times (>= 0; in the ground truth's order).
  VocSummary accumulate(VocMetric metric, const std::vector<int>& weights) const;

 private:
  enum class Outcome { right, wrong, neither };
  struct Scored {
    double score;
    size_t image, place;  ///< in the image's list
    Outcome outcome;
  };
  struct Class {
    std::string name;
    std::vector<Scored> detections;  ///< by falling score
    std::vector<size_t> objects_in;  ///< the image of each object that is to be found
  };

  void add_image(size_t image, const AnnotatedImage& truth, const std::vector<Detection>& detections, double iou);

  size_t images_;
  std::vector<Class> classes_;
};

}  // namespace tnn
