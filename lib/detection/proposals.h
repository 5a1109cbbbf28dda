#pragma once

#include <cstdint>
#include <vector>

#include "detection/anchors.h"
#include "detection/annotations.h"
#include "detection/detector_options.h"
#include "detection/roi_align.h"

namespace tnn {

/// The result of a region proposal network for one image, contiguous: of A anchors a place `objectness` [A, height, width], the logit of
/// showing an object, and `deltas` [4 A, height, width], of each anchor dx, dy, dw, dh.
struct ProposalMaps {
  const float* objectness = nullptr;
  const float* deltas = nullptr;
  FeatureGrid grid;
};

/// The proposal maps of one image's levels, and their anchors.
struct ProposalLevel {
  ProposalMaps maps;
  const std::vector<Box>* anchors = nullptr;
};

/// The regions of one image by falling objectness: the likeliest boxes, cut to the input, without too small ones, after non-maximum
/// suppression. Never none: where nothing is left, the whole input is the one region. Boxes that are not finite are left out.
std::vector<Box> propose_regions(const ProposalMaps& maps, const std::vector<Box>& anchors, const ProposalOptions& options);
/// The same of the levels of a pyramid, the finest first: the likeliest boxes of each.
std::vector<Box> propose_regions(const std::vector<ProposalLevel>& levels, const ProposalOptions& options);

/// The head's result for the regions of one image, contiguous, K classes: `scores` [regions, K + 1], the logits of background (first) and
/// of each class, and `deltas` [regions, 4 (K + 1)].
struct HeadResult {
  const float* scores = nullptr;
  const float* deltas = nullptr;
  int64_t classes = 0;  ///< K
};

/// What a detector found in an image, by falling score: each region's box for each class above the score threshold, cut to the image of
/// this size (pixels of the network's input), after non-maximum suppression within the classes.
std::vector<Detection> find_detections(const HeadResult& result, const std::vector<Box>& regions, const DetectorOptions& options,
                                       double width, double height);

}  // namespace tnn
