#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "detection/annotations.h"

namespace tnn {

/// COCO's IoU thresholds .50:.05:.95. The values are those of numpy.linspace(.5, .95, 10), which pycocotools compares with: an IoU that is
/// a threshold exactly falls on the same side.
constexpr std::array<double, 10> kCocoThresholds{0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.8999999999999999, 0.95};
constexpr size_t kThreshold50 = 0, kThreshold75 = 5;

/// COCO's ranges of an object's area in pixels, both ends inside.
enum CocoArea : size_t { kAreaAll, kAreaSmall, kAreaMedium, kAreaLarge, kCocoAreas };

/// How a detection fared at every threshold: bit t stands for kCocoThresholds[t]. One for each range of areas.
struct CocoOutcome {
  std::array<uint16_t, kCocoAreas> matched{};
  std::array<uint16_t, kCocoAreas> ignored{};  ///< neither right nor wrong, matched or not
};

/// The matching of one image and class.
struct CocoMatches {
  std::vector<size_t> order;                  ///< the detections that count, by falling score: indices into the given ones
  std::vector<CocoOutcome> outcomes;          ///< one for each of these
  std::array<int64_t, kCocoAreas> objects{};  ///< that are to be found
};

/// Matches detections with objects of one image and class (Lin et al. 2014; pycocotools' COCOeval.evaluateImg).
///
/// Detections take turns by falling score (of equal ones the first), at most `most` of them. Each takes the object that is not taken yet
/// and overlaps it most, by no less than the threshold; of equal ones the last. Objects of a crowd and those whose area ("area", not that
/// of the box) is out of range are ignored: they are taken only where no other object can be, and the detection is then ignored, too. A
/// crowd can be taken many times; its overlap is the shared part's share of the detection. A detection that takes nothing is ignored where
/// the area of its box is out of range.
///
/// An object is known by its place, not by its id: pycocotools takes a match with annotation id 0 for none (its issue 507).
CocoMatches match_as_coco(const std::vector<const AnnotatedObject*>& objects, const std::vector<const Detection*>& detections, size_t most);

}  // namespace tnn
