#include "detection/coco_evaluation.h"

#include <limits>

#include "catch_compat.h"
#include "core/error.h"
#include "core/random_stream.h"
#include "detection/coco_box.h"

using namespace tnn;

namespace {

AnnotatedObject object(int64_t id, int category, const CocoBox& box, double area = -1, bool crowd = false) {
  return {box_from_coco(box), category, false, false, crowd, area < 0 ? box.area() : area, id};
}

Detection detection(int category, const CocoBox& box, double score) { return {box_from_coco(box), category, score}; }

/// Images with the ids 20, 4 and 11, in this order; categories cat, dog, emu.
AnnotatedImages three_images() {
  return {{"cat", "dog", "emu"}, {3, 7, 9}, {{"20.jpg", 20, 640, 480, {}}, {"4.jpg", 4, 640, 480, {}}, {"11.jpg", 11, 640, 480, {}}}};
}

/// A crowd, an object whose area is not that of its box, equal scores, a class without objects.
AnnotatedImages mixed_truth() {
  AnnotatedImages truth = three_images();
  truth.images[1].objects = {object(1, 0, {10, 10, 20, 20}), object(2, 0, {100, 100, 200, 100})};
  truth.images[0].objects = {object(3, 0, {0, 0, 100, 50}, -1, true), object(4, 1, {50, 50, 40, 40}, 900), object(5, 1, {200, 50, 40, 40}),
                             object(6, 0, {300, 300, 64, 64})};
  return truth;
}

const DetectionLists kMixed{
    {detection(0, {10, 10, 20, 20}, .95), detection(0, {300, 300, 64, 40}, .6), detection(0, {300, 310, 64, 64}, .6),
     detection(1, {52, 50, 40, 40}, .5), detection(1, {200, 50, 40, 30}, .5)},
    {detection(0, {10, 10, 20, 20}, .9), detection(0, {10, 12, 20, 20}, .8), detection(0, {110, 100, 200, 100}, .7)},
    {detection(1, {0, 0, 200, 200}, .5), detection(2, {0, 0, 10, 10}, 1)}};

/// An object that is found exactly.
double map_of(const AnnotatedObject& one) {
  AnnotatedImages truth = three_images();
  truth.images[0].objects = {one};
  return CocoEvaluation(truth, {{{one.box, one.category, .5}}, {}, {}}).accumulate().map;
}

/// Objects and detections near them with scores that all differ.
void make_random(AnnotatedImages& truth, DetectionLists& detections, size_t images) {
  RandomStream random(5);
  truth = {{"a", "b"}, {1, 2}, {}};
  for (size_t i = 0; i < images; ++i) {
    truth.images.push_back({std::to_string(i), static_cast<int64_t>(i), 0, 0, {}});
    detections.emplace_back();
    for (int64_t j = 0; j < 6; ++j) {
      const CocoBox box{100 * random.uniform(), 100 * random.uniform(), 10 + 50 * random.uniform(), 10 + 50 * random.uniform()};
      const int category = random.bernoulli(0.5) ? 1 : 0;
      if (random.bernoulli(0.7)) truth.images.back().objects.push_back(object(j, category, box, -1, random.bernoulli(0.1)));
      if (random.bernoulli(0.7))
        detections.back().push_back(detection(category, {box.x + 5 * random.uniform(), box.y, box.w, box.h}, random.uniform()));
    }
  }
}

}  // namespace

TEST_CASE("detection: a mixed set gives pycocotools' figures") {
  const DetectionSummary summary = CocoEvaluation(mixed_truth(), kMixed).accumulate();  // expected: pycocotools 2.0.11
  CHECK(summary.map == Approx(0.5663613861386138).margin(1e-12));
  CHECK(summary.ap50 == Approx(0.7504125412541253).margin(1e-12));
  CHECK(summary.ap75 == Approx(0.6105610561056105).margin(1e-12));
  CHECK(summary.ap_small == Approx(0.95).margin(1e-12));
  CHECK(summary.ap_medium == Approx(0.5).margin(1e-12));
  CHECK(summary.ap_large == Approx(0.9).margin(1e-12));
  CHECK(summary.max_detections == std::vector<int>{1, 10, 100});
  REQUIRE(summary.ar.size() == 3);
  CHECK(summary.ar[0] == Approx(0.3916666666666666).margin(1e-12));
  CHECK(summary.ar[1] == Approx(0.775).margin(1e-12));
  CHECK(summary.ar[2] == Approx(0.775).margin(1e-12));
  CHECK(summary.ar_small == Approx(0.95).margin(1e-12));
  CHECK(summary.ar_medium == Approx(0.55).margin(1e-12));
  CHECK(summary.ar_large == Approx(0.9).margin(1e-12));
  REQUIRE(summary.classes.size() == 3);
  CHECK(summary.classes[0].name == "cat");
  CHECK(summary.classes[0].objects == 3);
  CHECK(summary.classes[0].ap == Approx(0.6569801980198019).margin(1e-12));
  CHECK(summary.classes[0].ap75 == Approx(0.5544554455445545).margin(1e-12));
  CHECK(summary.classes[1].ap == Approx(0.47574257425742567).margin(1e-12));
  CHECK(summary.classes[2].ap == -1);
  CHECK(summary.classes[2].ap50 == -1);
}

TEST_CASE("detection: AP is that of the largest number of detections, 100 or not") {
  const DetectionSummary summary = CocoEvaluation(mixed_truth(), kMixed, {2, 1, 2}).accumulate();
  CHECK(summary.max_detections == std::vector<int>{1, 2});
  CHECK(summary.map == Approx(0.43886138613861386).margin(1e-12));
  CHECK(summary.ap_medium == Approx(0.45).margin(1e-12));
  CHECK(summary.ap_large == 0);
  CHECK(summary.ar[1] == Approx(0.5916666666666667).margin(1e-12));
  CHECK_THROWS_AS(CocoEvaluation(mixed_truth(), kMixed, {}), UsageError);
  CHECK_THROWS_AS(CocoEvaluation(mixed_truth(), kMixed, {0, 1}), UsageError);
}

TEST_CASE("detection: of equal scores the image of the lower id comes first") {
  AnnotatedImages truth = three_images();
  truth.images[1].objects = {object(1, 0, {0, 0, 10, 10})};
  truth.images[0].objects = {object(2, 0, {0, 0, 10, 10}), object(3, 0, {50, 0, 10, 10})};
  const DetectionLists detections{{detection(0, {200, 0, 10, 10}, .5), detection(0, {0, 0, 10, 10}, .5), detection(0, {50, 0, 10, 10}, .5)},
                                  {detection(0, {0, 0, 10, 10}, .5)},
                                  {detection(0, {0, 0, 10, 10}, .5)}};
  CHECK(CocoEvaluation(truth, detections).accumulate().map == Approx(0.7346534653465344).margin(1e-12));
}

TEST_CASE("detection: areas of 32 x 32 and 96 x 96 belong to both ranges that meet there") {
  AnnotatedImages truth = three_images();
  truth.images[1].objects = {object(1, 0, {0, 0, 32, 32}), object(2, 0, {100, 0, 96, 96}), object(3, 0, {300, 0, 96, 97})};
  const DetectionLists detections{{},
                                  {detection(0, {0, 0, 32, 32}, .9), detection(0, {100, 0, 96, 96}, .8), detection(0, {300, 0, 96, 90}, .7),
                                   detection(0, {10.1, 400, 32, 32}, .95), detection(0, {10.1, 200, 96, 96}, .6)},
                                  {}};
  const DetectionSummary summary = CocoEvaluation(truth, detections).accumulate();
  CHECK(summary.map == Approx(0.7192244224422443).margin(1e-12));
  CHECK(summary.ap_small == Approx(0.5).margin(1e-12));
  CHECK(summary.ap_medium == Approx(2.0 / 3).margin(1e-12));
  CHECK(summary.ap_large == Approx(0.9504950495049505).margin(1e-12));
  CHECK(summary.ar_medium == 1);
}

TEST_CASE("detection: an annotation with id 0 can be matched") {
  CHECK(map_of(object(0, 0, {1, 2, 3, 4})) == 1);
  CHECK(map_of(object(7, 0, {1, 2, 3, 4})) == 1);
}

TEST_CASE("detection: nothing found is 0, nothing to be found is -1") {
  AnnotatedImages truth = three_images();
  CHECK(CocoEvaluation(truth, kMixed).accumulate().map == -1);
  truth.images[0].objects = {object(1, 0, {0, 0, 5, 5}, -1, true)};
  CHECK(CocoEvaluation(truth, DetectionLists(3)).accumulate().map == -1);
  truth.images[0].objects.push_back(object(2, 0, {0, 0, 5, 5}));
  const DetectionSummary summary = CocoEvaluation(truth, DetectionLists(3)).accumulate();
  CHECK(summary.map == 0);
  CHECK(summary.ar[2] == 0);
  CHECK(summary.ap_large == -1);
  CHECK(CocoEvaluation({}, {}).accumulate().map == -1);
}

TEST_CASE("detection: a sample's figures are those of a set with its images repeated") {
  AnnotatedImages truth;
  DetectionLists detections;
  make_random(truth, detections, 7);
  const std::vector<int> weights{2, 0, 1, 3, 0, 0, 1};
  AnnotatedImages repeated{truth.categories, truth.category_ids, {}};
  DetectionLists of_repeated;
  for (size_t i = 0; i < weights.size(); ++i)
    for (int copy = 0; copy < weights[i]; ++copy) {
      repeated.images.push_back(truth.images[i]);
      repeated.images.back().id = static_cast<int64_t>(repeated.images.size());
      of_repeated.push_back(detections[i]);
    }
  const CocoEvaluation evaluation(truth, detections);
  const DetectionSummary sample = evaluation.accumulate(weights), whole = CocoEvaluation(repeated, of_repeated).accumulate();
  CHECK(sample.map == Approx(whole.map).margin(1e-12));
  CHECK(sample.ap75 == Approx(whole.ap75).margin(1e-12));
  CHECK(sample.ap_small == Approx(whole.ap_small).margin(1e-12));
  CHECK(sample.ar[0] == Approx(whole.ar[0]).margin(1e-12));
  CHECK(sample.classes[1].objects == whole.classes[1].objects);
  CHECK(evaluation.mean_precision(weights).map == sample.map);
  CHECK(evaluation.mean_precision(weights).ap50 == sample.ap50);
  CHECK(sample.map != evaluation.accumulate().map);
}

TEST_CASE("detection: a score or corner that is not finite is refused with image and detection") {
  DetectionLists detections = kMixed;
  detections[1][2].score = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(CocoEvaluation(mixed_truth(), detections), DataError);
  CHECK_THROWS_WITH(CocoEvaluation(mixed_truth(), detections), ContainsSubstring("image '4.jpg': detection 2: a score of nan"));
  detections = kMixed;
  detections[0][0].box.x2 = std::numeric_limits<double>::infinity();
  CHECK_THROWS_WITH(CocoEvaluation(mixed_truth(), detections), ContainsSubstring("image '20.jpg': detection 0"));
  detections = kMixed;
  detections[0][0].category = 3;
  CHECK_THROWS_AS(CocoEvaluation(mixed_truth(), detections), std::logic_error);
  CHECK_THROWS_AS(CocoEvaluation(mixed_truth(), DetectionLists(2)), std::logic_error);
}
