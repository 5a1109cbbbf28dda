#include "detection/voc_evaluation.h"

#include "catch_compat.h"
#include "core/error.h"
#include "detection/bootstrap.h"

using namespace tnn;

namespace {

constexpr int kDog = 0, kCat = 1, kEmu = 2;

AnnotatedObject object(int category, const Box& box, bool difficult = false) {
  return {box, category, difficult, false, false, box.area(), 0};
}

/// Dogs: four objects and a difficult one. By falling score:
///   score  image  what                              right wrong  precision  recall
///   0.9    a      dog 1, exactly                      1     0      1         1/4
///   0.8    a      dog 1 once more                     1     1      1/2       1/4
///   0.7    b      the difficult dog                   1     1      not counted
///   0.6    c      no dog                              1     2      1/3       1/4
///   0.5    b      dog 3 with IoU 50 / 100             2     2      1/2       2/4
///   0.4    a      dog 2 with IoU 90 / 110             3     2      3/5       3/4
///   0.3    b      dog 5 with IoU 50 / 150             3     3      1/2       3/4
/// Envelope: 1 up to recall 1/4, 3/5 up to 3/4, then 0. Area under it: 1/4 + 2/4 * 3/5 = 0.55; at the 11 points: (3 * 1 + 5 * 3/5) / 11.
/// Cats: two objects that overlap by 80 / 120. The second detection overlaps the first cat most, which is found already: it is wrong,
/// though the second cat is free. Envelope: 1 up to recall 1/2. Area: 0.5; at the 11 points: 6 / 11.
/// Emus: a difficult one alone, so none is to be found.
AnnotatedImages animals() {
  AnnotatedImages truth{{"dog", "cat", "emu"}, {1, 2, 3}, {{"a.jpg", 0, 0, 0, {}}, {"b.jpg", 1, 0, 0, {}}, {"c.jpg", 2, 0, 0, {}}}};
  truth.images[0].objects = {object(kDog, {0, 0, 10, 10}), object(kDog, {20, 0, 30, 10})};
  truth.images[1].objects = {object(kDog, {0, 0, 10, 10}), object(kDog, {20, 0, 30, 10}, true), object(kDog, {40, 0, 50, 10}),
                             object(kEmu, {0, 0, 5, 5}, true)};
  truth.images[2].objects = {object(kCat, {0, 0, 10, 10}), object(kCat, {2, 0, 12, 10})};
  return truth;
}

const DetectionLists kFound{{{{21, 0, 31, 10}, kDog, .4}, {{0, 0, 10, 10}, kDog, .9}, {{0, 0, 10, 9}, kDog, .8}},
                            {{{45, 0, 55, 10}, kDog, .3}, {{0, 0, 10, 5}, kDog, .5}, {{20, 0, 30, 10}, kDog, .7}, {{0, 0, 5, 5}, kEmu, .9}},
                            {{{50, 50, 60, 60}, kDog, .6}, {{0, 0, 10, 10}, kCat, .9}, {{0, 0, 10, 10}, kCat, .8}}};

}  // namespace

TEST_CASE("detection: VOC's average precision of a table worked by hand") {
  const VocEvaluation evaluation(animals(), kFound);
  const VocSummary all = evaluation.accumulate(VocMetric::all_point), eleven = evaluation.accumulate(VocMetric::eleven_point);
  REQUIRE(all.classes.size() == 3);
  CHECK(all.classes[kDog].objects == 4);
  CHECK(all.classes[kDog].ap == Approx(0.55).margin(1e-12));
  CHECK(all.classes[kCat].ap == Approx(0.5).margin(1e-12));
  CHECK(all.classes[kEmu].ap == -1);
  CHECK(all.classes[kEmu].objects == 0);
  CHECK(all.map == Approx(0.525).margin(1e-12));
  CHECK(eleven.classes[kDog].ap == Approx(6.0 / 11).margin(1e-12));
  CHECK(eleven.classes[kCat].ap == Approx(6.0 / 11).margin(1e-12));
  CHECK(eleven.map == Approx(6.0 / 11).margin(1e-12));
}

TEST_CASE("detection: an IoU of the threshold is a match of VOC, as in the devkit") {
  CHECK(VocEvaluation(animals(), kFound, 0.5 + 1e-9).accumulate(VocMetric::all_point).classes[kDog].ap ==
        Approx(0.25 + 0.25 * 0.4).margin(1e-12));  // dog 3 is missed: right 2, wrong 3 where dog 2 is found
  CHECK_THROWS_AS(VocEvaluation(animals(), kFound, 0), UsageError);
  CHECK_THROWS_AS(VocEvaluation(animals(), kFound, 1.01), UsageError);
}

TEST_CASE("detection: 3 objects of 10 reach a recall of 0.3") {
  AnnotatedImages truth{{"dog"}, {1}, {{"a.jpg", 0, 0, 0, {}}}};
  for (int i = 0; i < 10; ++i) truth.images[0].objects.push_back(object(0, {i * 20.0, 0, i * 20.0 + 10, 10}));
  const auto ap = [&](int found) {
    DetectionLists detections(1);
    for (int i = 0; i < found; ++i) detections[0].push_back({{i * 20.0, 0, i * 20.0 + 10, 10}, 0, 1.0 - i * 0.01});
    return VocEvaluation(truth, detections).accumulate(VocMetric::eleven_point).map;
  };
  for (const int found : {0, 3, 6, 7, 10}) CHECK(ap(found) == Approx(found == 0 ? 0.0 : (found + 1) / 11.0));
}

TEST_CASE("detection: VOC's figures without detections and without objects") {
  CHECK(VocEvaluation(animals(), DetectionLists(3)).accumulate(VocMetric::eleven_point).map == 0);
  CHECK(VocEvaluation({{"dog"}, {1}, {}}, {}).accumulate(VocMetric::all_point).map == -1);
}

TEST_CASE("detection: a sample of VOC's images counts each as often as it was drawn") {
  const VocEvaluation evaluation(animals(), kFound);
  const VocSummary once = evaluation.accumulate(VocMetric::all_point), twice = evaluation.accumulate(VocMetric::all_point, {2, 2, 2});
  CHECK(twice.map == Approx(once.map).margin(1e-12));
  CHECK(twice.classes[kDog].objects == 8);
  const VocSummary first = evaluation.accumulate(VocMetric::all_point, {1, 0, 0});
  CHECK(first.classes[kDog].ap == Approx(0.5 + 0.5 * 2 / 3).margin(1e-12));
  CHECK(first.classes[kCat].ap == -1);
}

TEST_CASE("detection: names of VOC's metrics") {
  CHECK(voc_metric_from_name("11-point") == VocMetric::eleven_point);
  CHECK(voc_metric_name(VocMetric::all_point) == "all-point");
  CHECK_THROWS_WITH(voc_metric_from_name("12-point"), ContainsSubstring("unknown metric '12-point'"));
}

TEST_CASE("detection: intervals by the bootstrap over images depend on the seed alone") {
  const VocEvaluation voc(animals(), kFound);
  const BootstrapInterval interval = bootstrap_interval(voc, VocMetric::all_point, 200, 3);
  CHECK(interval.low < voc.accumulate(VocMetric::all_point).map);
  CHECK(interval.high > voc.accumulate(VocMetric::all_point).map);
  const CocoEvaluation coco(animals(), kFound);
  const PrecisionIntervals intervals = bootstrap_interval(coco, 200, 3);
  CHECK(intervals.map.low <= coco.accumulate().map);
  CHECK(intervals.ap50.high >= coco.accumulate().ap50);
  CHECK(intervals.map.low >= 0);
  CHECK(bootstrap_interval(coco, 200, 3).map.low == intervals.map.low);
  CHECK_THROWS_AS(bootstrap_interval(coco, 0, 1), UsageError);
  CHECK(bootstrap_interval(CocoEvaluation({}, {}), 10, 1).map.low == -1);
  const AnnotatedImages one{{"dog"}, {1}, {{"a.jpg", 0, 0, 0, {object(0, {0, 0, 5, 5})}}}};
  const BootstrapInterval of_one = bootstrap_interval(VocEvaluation(one, {{{{0, 0, 5, 5}, 0, 1}}}), VocMetric::all_point, 10, 1);
  CHECK(of_one.low == 1);
  CHECK(of_one.high == 1);
}
