#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tnn {

/// The reference boxes of every place of the feature map (Ren et al. 2015, 3.1.1): one for each size and aspect ratio.
struct AnchorOptions {
  std::vector<double> sizes{32, 64, 128, 256, 512};  ///< square root of the area, pixels of the network's input
  std::vector<double> ratios{0.5, 1, 2};             ///< height to width

  int64_t per_place() const { return static_cast<int64_t>(sizes.size() * ratios.size()); }
  bool operator==(const AnchorOptions&) const = default;
};

/// Which of the anchors' boxes become regions; `before_nms` of each level of a pyramid, and boxes of different levels leave each other in
/// peace.
struct ProposalOptions {
  int64_t before_nms = 1000;   ///< the most likely boxes that are looked at
  int64_t after_nms = 300;     ///< how many are kept
  double nms_threshold = 0.7;  ///< IoU above which the less likely of two is left out
  double smallest_side = 1;    ///< pixels of the network's input: smaller boxes are no regions
  bool operator==(const ProposalOptions&) const = default;
};

/// Which regions a training step learns from, and what they are (Ren et al. 2015, 3.1.2; Girshick 2015, 2.3).
struct RegionSampling {
  int64_t count = 256;             ///< of an image
  double positive_fraction = 0.5;  ///< at most this share shows an object
  double foreground_iou = 0.7;     ///< from here on a box shows the object
  double background_iou = 0.3;     ///< below, it shows none; between the two it is left out
  bool operator==(const RegionSampling&) const = default;
};

/// What becomes of the head's results.
struct DetectionOptions {
  double score_threshold = 0.05;
  double nms_threshold = 0.5;  ///< within a class
  int64_t most = 100;          ///< of an image
  bool operator==(const DetectionOptions&) const = default;
};

/// Everything of a Faster R-CNN detector that is not its graph. Held by the model file; lengths are pixels of the network's input.
struct DetectorOptions {
  AnchorOptions anchors;
  ProposalOptions training_proposals{2000, 1000, 0.7, 1};
  ProposalOptions proposals;
  RegionSampling anchor_sampling;
  RegionSampling region_sampling{128, 0.25, 0.5, 0.5};
  DetectionOptions detections;
  std::vector<double> box_weights{10, 10, 5, 5};  ///< of the head's dx, dy, dw, dh (see BoxCoder); the anchors' are 1
  int64_t stride = 16;                            ///< pixels from one place of the (finest) feature map to the next, as the graph has it
  int64_t levels = 1;  ///< feature maps that have anchors, each of twice the stride of the one before; several: a pyramid
  bool operator==(const DetectorOptions&) const = default;
};

/// The anchors of one level: of a pyramid of one size, the level's; else all.
AnchorOptions anchors_of_level(const DetectorOptions& options, int64_t level);

/// As the JSON text that a model file holds.
std::string detector_to_json(const DetectorOptions& options);
/// UsageError, naming the key, where something is missing or out of range.
DetectorOptions detector_from_json(const std::string& text);

/// UsageError, naming the recipe's key below `section`, where an option is out of range.
void check_detector(const DetectorOptions& options, const std::string& section);

}  // namespace tnn
