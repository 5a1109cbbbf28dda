#include "detection/coco_matching.h"

#include "catch_compat.h"
#include "detection/coco_box.h"

using namespace tnn;

namespace {

constexpr uint16_t kAll = 0x3ff;  // at every threshold

/// Outcomes in range `area`, detections by falling score.
struct Matched {
  std::vector<AnnotatedObject> objects;
  std::vector<Detection> detections;
  CocoMatches matches(size_t most = 100) const {
    std::vector<const AnnotatedObject*> of_class;
    std::vector<const Detection*> found;
    for (const AnnotatedObject& object : objects) of_class.push_back(&object);
    for (const Detection& detection : detections) found.push_back(&detection);
    return match_as_coco(of_class, found, most);
  }
};

AnnotatedObject object(const Box& box, bool crowd = false, double area = -1) {
  return {box, 0, false, false, crowd, area < 0 ? box.area() : area, 0};
}

}  // namespace

TEST_CASE("detection: COCO's thresholds are those of numpy.linspace") {
  for (size_t t = 0; t < kCocoThresholds.size(); ++t) CHECK(kCocoThresholds[t] == Approx(0.5 + 0.05 * static_cast<double>(t)));
  CHECK(kCocoThresholds[8] < 0.9);
  CHECK(kCocoThresholds[kThreshold75] == 0.75);
}

TEST_CASE("detection: a second detection of an object takes another that overlaps enough") {
  const Matched twice{{object({0, 0, 10, 10}), object({2, 0, 12, 10})}, {{{0, 0, 10, 10}, 0, .9}, {{0, 0, 10, 10}, 0, .8}}};
  const CocoMatches matches = twice.matches();
  CHECK(matches.outcomes[0].matched[kAreaAll] == kAll);
  CHECK(matches.outcomes[1].matched[kAreaAll] == 0xf);  // IoU 2/3: .5, .55, .6, .65
  CHECK(matches.objects[kAreaAll] == 2);
}

TEST_CASE("detection: a crowd takes any number of detections, which are ignored, by their own share") {
  const Matched crowd{{object({0, 0, 100, 100}, true)}, {{{0, 0, 10, 10}, 0, .9}, {{95, 0, 105, 10}, 0, .8}, {{95, 0, 106, 10}, 0, .7}}};
  const CocoMatches matches = crowd.matches();
  CHECK(matches.outcomes[0].ignored[kAreaAll] == kAll);
  CHECK(matches.outcomes[1].ignored[kAreaAll] == 1);  // half of it lies in the crowd
  CHECK(matches.outcomes[2].ignored[kAreaAll] == 0);
  CHECK(matches.objects[kAreaAll] == 0);
}

TEST_CASE("detection: an object that counts is taken before an ignored one that overlaps more") {
  const Matched both{{object({0, 0, 10, 10}, true), object({0, 0, 10, 8})}, {{{0, 0, 10, 10}, 0, .9}}};
  const CocoOutcome outcome = both.matches().outcomes[0];
  CHECK(outcome.matched[kAreaAll] == kAll);
  CHECK(outcome.ignored[kAreaAll] == 0x380);  // beyond IoU 0.8 the crowd is all there is
}

TEST_CASE("detection: outside a range of areas neither objects nor what finds nothing count") {
  const Matched small{{object({0, 0, 10, 10}, false, 2000)},
                      {{{0, 0, 10, 10}, 0, .9}, {{200, 0, 210, 10}, 0, .8}, {{300, 0, 350, 50}, 0, .7}}};
  const CocoMatches matches = small.matches();
  CHECK(matches.objects == std::array<int64_t, kCocoAreas>{1, 0, 1, 0});
  CHECK(matches.outcomes[0].ignored == std::array<uint16_t, kCocoAreas>{0, kAll, 0, kAll});
  CHECK(matches.outcomes[1].ignored == std::array<uint16_t, kCocoAreas>{0, 0, kAll, kAll});
  CHECK(matches.outcomes[2].ignored == std::array<uint16_t, kCocoAreas>{0, kAll, 0, kAll});
}

TEST_CASE("detection: the detections that count are the first by score, of equal ones the first in the list") {
  const Matched many{{}, {{{0, 0, 1, 1}, 0, .1}, {{0, 0, 1, 1}, 0, .5}, {{0, 0, 1, 1}, 0, .9}, {{0, 0, 1, 1}, 0, .5}}};
  CHECK(many.matches(3).order == std::vector<size_t>{2, 1, 3});
  CHECK(many.matches(3).outcomes.size() == 3);
}

TEST_CASE("detection: sides and areas of COCO's boxes are those of the file again") {
  CHECK(coco_box(box_from_coco({10.1, 0.3, 32, 0.07})).w == 32);
  CHECK(coco_box(box_from_coco({10.1, 0.3, 32, 0.07})).h == 0.07);
  CHECK(stated_area({10.1, 20.3, 32, 32}) == 0);
  const CocoBox exact{292.88928529867735, 58.08053963517318, 116.54909661266205, 131.8411273055333};
  CHECK(stated_area(exact) == exact.area());
  CHECK(box_area(Detection{box_from_coco(exact), 0, 1, stated_area(exact)}) == exact.area());
  CHECK(box_area(Detection{{5, 5, 0, 0}, 0, 1}) == 0);
  CHECK(coco_box({-1e300, 0, 1e300, 1}).w == 2e300);
}
