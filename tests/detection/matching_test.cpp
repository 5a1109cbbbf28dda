#include "detection/matching.h"

#include <set>

#include "catch_compat.h"

using namespace tnn;

TEST_CASE("matching: objects, background and what lies between, by IoU") {
  const std::vector<Box> objects{{0, 0, 10, 10}, {100, 100, 140, 140}};
  const std::vector<Box> candidates{{0, 0, 10, 9}, {0, 0, 10, 5}, {50, 50, 60, 60}, {100, 100, 120, 120}, {200, 200, 210, 210}};
  const RegionSampling sampling{256, 0.5, 0.7, 0.3};
  CHECK(match_boxes(candidates, objects, {}, sampling, false) == std::vector<int32_t>{0, kLeftOut, kBackground, kBackground, kBackground});
  // The second object's best candidate has an IoU of .25 only.
  CHECK(match_boxes(candidates, objects, {}, sampling, true) == std::vector<int32_t>{0, kLeftOut, kBackground, 1, kBackground});
  const std::vector<Box> crowd{{190, 190, 206, 230}};
  CHECK(match_boxes(candidates, objects, crowd, sampling, true) == std::vector<int32_t>{0, kLeftOut, kBackground, 1, kLeftOut});
  CHECK(match_boxes(candidates, {}, {}, sampling, true) == std::vector<int32_t>(5, kBackground));
}

TEST_CASE("matching: an object without area is matched with nothing") {
  CHECK(match_boxes(std::vector<Box>{{0, 0, 4, 4}}, std::vector<Box>{{2, 2, 2, 2}}, {}, {256, 0.5, 0.7, 0.3}, true) ==
        std::vector<int32_t>{kBackground});
}

TEST_CASE("sampling: no more objects than their share, the rest background, none twice") {
  std::vector<int32_t> matches(100, kBackground);
  for (size_t i = 0; i < 40; ++i) matches[i] = static_cast<int32_t>(i % 3);
  for (size_t i = 90; i < 100; ++i) matches[i] = kLeftOut;
  RandomStream random(5), again(5);
  const auto sampled = sample_matches(matches, {32, 0.25, 0.5, 0.5}, random);
  CHECK(sampled == sample_matches(matches, {32, 0.25, 0.5, 0.5}, again));
  REQUIRE(sampled.size() == 32);
  CHECK(std::set<int32_t>(sampled.begin(), sampled.end()).size() == 32);
  for (size_t i = 0; i < sampled.size(); ++i) CHECK((matches[static_cast<size_t>(sampled[i])] >= 0) == (i < 8));
  RandomStream few(6);
  CHECK(sample_matches({kBackground, 0, kLeftOut}, {32, 0.25, 0.5, 0.5}, few) == std::vector<int32_t>{1, 0});
}
