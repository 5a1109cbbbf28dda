#include "detection/proposals.h"

#include <cmath>
#include <limits>

#include "catch_compat.h"

using namespace tnn;

namespace {

constexpr FeatureGrid kGrid{2, 2, 16};

/// One anchor a place, of 16 pixels; no deltas.
struct Maps {
  std::vector<float> objectness{1, 3, 2, 0}, deltas = std::vector<float>(16, 0.0F);
  std::vector<Box> anchors = grid_anchors({{16}, {1}}, kGrid);
  ProposalMaps maps() const { return {objectness.data(), deltas.data(), kGrid}; }
};

}  // namespace

TEST_CASE("proposals: by falling objectness, cut to the input") {
  const Maps maps;
  const auto regions = propose_regions(maps.maps(), maps.anchors, {100, 100, 0.7, 1});
  REQUIRE(regions.size() == 4);
  CHECK(regions[0] == Box{8, 0, 24, 8});
  CHECK(regions[1] == Box{0, 8, 8, 24});
  CHECK(regions[2] == Box{0, 0, 8, 8});
  CHECK(regions[3] == Box{8, 8, 24, 24});
  CHECK(propose_regions(maps.maps(), maps.anchors, {2, 100, 0.7, 1}).size() == 2);
  CHECK(propose_regions(maps.maps(), maps.anchors, {100, 1, 0.7, 1}).size() == 1);
}

TEST_CASE("proposals: where nothing is left, the whole input is the one region") {
  Maps maps;
  CHECK(propose_regions(maps.maps(), maps.anchors, {100, 100, 0.7, 1000}) == std::vector<Box>{{0, 0, 32, 32}});
  for (float& logit : maps.objectness) logit = std::numeric_limits<float>::quiet_NaN();
  CHECK(propose_regions(maps.maps(), maps.anchors, {100, 100, 0.7, 1}) == std::vector<Box>{{0, 0, 32, 32}});
}

TEST_CASE("detections: a class's box above the threshold, within the image, once") {
  DetectorOptions options;
  options.detections = {0.2, 0.5, 10};
  // Background and two classes; two regions that show the same thing, one that shows nothing.
  const std::vector<float> scores{0, 4, 0, 0, 3, 0, 9, 0, 0};
  std::vector<float> deltas(3 * 12, 0.0F);
  const std::vector<Box> regions{{0, 0, 10, 40}, {0, 0, 10, 39}, {0, 0, 20, 20}};
  const auto found = find_detections({scores.data(), deltas.data(), 2}, regions, options, 100, 30);
  REQUIRE(found.size() == 1);
  CHECK(found[0].category == 0);
  CHECK(found[0].box == Box{0, 0, 10, 30});
  CHECK(found[0].score == Approx(std::exp(4.0) / (std::exp(4.0) + 2)).margin(1e-6));
}

TEST_CASE("detector options: as JSON and back") {
  DetectorOptions options;
  options.anchors.sizes = {12, 24.5};
  options.proposals.after_nms = 50;
  options.stride = 8;
  CHECK(detector_from_json(detector_to_json(options)) == options);
  options.region_sampling.background_iou = 0.9;
  CHECK_THROWS_WITH(check_detector(options, "detector"), Catch::Contains("detector.region_sampling.background_iou"));
}
