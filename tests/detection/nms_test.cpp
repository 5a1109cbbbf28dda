#include "detection/nms.h"

#include <cmath>

#include "catch_compat.h"
#include "core/random_stream.h"

using namespace tnn;

TEST_CASE("NMS: the best of overlapping boxes stays, by classes and up to a number") {
  const std::vector<Box> boxes{{0, 0, 10, 10}, {1, 0, 11, 10}, {20, 0, 30, 10}, {0, 0, 10, 10}};
  const std::vector<float> scores{0.5F, 0.9F, 0.3F, 0.8F};
  CHECK(nms(boxes, scores, {}, 0.5) == std::vector<int32_t>{1, 2});
  const std::vector<int32_t> classes{0, 0, 0, 1};
  CHECK(nms(boxes, scores, classes, 0.5) == std::vector<int32_t>{1, 3, 2});
  CHECK(nms(boxes, scores, classes, 0.5, 2) == std::vector<int32_t>{1, 3});
  CHECK(nms(boxes, scores, {}, 1.0) == std::vector<int32_t>{1, 3, 0, 2});
  CHECK(nms({}, {}, {}, 0.5).empty());
}

TEST_CASE("NMS: equal scores keep their order, and NaN comes last") {
  const std::vector<float> scores{1, NAN, 2, 1, 2};
  CHECK(by_score(scores) == std::vector<int32_t>{2, 4, 0, 3, 1});
}

TEST_CASE("NMS: of random boxes what stays does not overlap, and what goes overlaps something better") {
  RandomStream random(3);
  for (int trial = 0; trial < 50; ++trial) {
    std::vector<Box> boxes;
    std::vector<float> scores;
    for (int i = 0; i < 60; ++i) {
      const double x = 50 * random.uniform(), y = 50 * random.uniform();
      boxes.push_back({x, y, x + 5 + 20 * random.uniform(), y + 5 + 20 * random.uniform()});
      scores.push_back(static_cast<float>(random.below(10)));
    }
    const auto kept = nms(boxes, scores, {}, 0.4);
    std::vector<char> stays(boxes.size(), 0);
    for (const int32_t i : kept) stays[static_cast<size_t>(i)] = 1;
    for (size_t i = 0; i < boxes.size(); ++i) {
      bool covered = false;
      for (size_t j = 0; j < boxes.size(); ++j)
        covered = covered || (i != j && stays[j] && iou(boxes[i], boxes[j]) > 0.4 && scores[j] >= scores[i]);
      if (stays[i])
        for (const int32_t j : kept) CHECK((static_cast<size_t>(j) == i || iou(boxes[i], boxes[static_cast<size_t>(j)]) <= 0.4));
      else
        CHECK(covered);
    }
  }
}
