#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "detection/coco_matching.h"
#include "detection/detection_summary.h"

namespace tnn {

/// COCO's average precision and recall of boxes, as pycocotools' COCOeval defines them (iouType "bbox"). Every image is matched once, in
/// the constructor; the figures of all images, or of a sample that holds images several times, are then accumulated without matching again.
///
/// Precision of a class is read at 101 recalls 0, 0.01, ..., 1 from its envelope (the best precision at this recall or a higher one), where
/// all its detections are sorted by falling score; of equal scores the image of the lower id comes first. AP is the mean over recalls, IoU
/// thresholds and the classes that have objects. It is that of the largest number of detections, be this 100 or not; pycocotools' summary
/// says -1 where 100 is not among them. Precision is tp / (tp + fp); pycocotools adds 2^-52 below, which no printed digit shows.
class CocoEvaluation {
 public:
  /// `max_detections`: most detections of an image and class, by score; UsageError where none is named or one is below 1. Throws as
  /// check_detections() does.
  CocoEvaluation(const AnnotatedImages& truth, const DetectionLists& detections, std::vector<int> max_detections = {1, 10, 100});

  size_t images() const { return images_; }

  DetectionSummary accumulate() const;
  /// Of a sample that holds every image `weights[image]` times (>= 0; in the ground truth's order).
  DetectionSummary accumulate(const std::vector<int>& weights) const;
  /// AP and AP50 of a sample alone.
  MeanPrecision mean_precision(const std::vector<int>& weights) const;

 private:
  struct Scored {
    double score;
    size_t image;
    size_t rank;  ///< among the image's detections of the class, by score, from 0
    CocoOutcome outcome;
  };
  struct Objects {
    size_t image;
    std::array<int64_t, kCocoAreas> counts;
  };
  struct Class {
    std::string name;
    std::vector<Scored> detections;  ///< by falling score
    std::vector<Objects> objects;    ///< of the images that have some
  };
  using AtThresholds = std::array<double, kCocoThresholds.size()>;
  struct Curves {
    int64_t objects = 0;  ///< to be found; where there are none, nothing below holds
    AtThresholds precision{}, recall{};
  };

  void add_image(size_t image, const AnnotatedImage& truth, const std::vector<Detection>& detections);
  static Curves curves(const Class& one, CocoArea area, int most, const std::vector<int>& weights);

  size_t images_;
  std::vector<int> max_detections_;
  std::vector<Class> classes_;
};

}  // namespace tnn
