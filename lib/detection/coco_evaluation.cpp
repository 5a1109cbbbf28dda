#include "detection/coco_evaluation.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "core/error.h"

namespace tnn {
namespace {

constexpr int kRecalls = 101;

/// A right detection on the way down the scores.
struct Found {
  double recall, precision;
};

/// Mean over recalls 0, 0.01, ..., 1 of the precision's envelope; 0 beyond the last recall reached.
double mean_envelope(std::vector<Found> curve) {
  for (size_t i = curve.size(); i-- > 1;) curve[i - 1].precision = std::max(curve[i - 1].precision, curve[i].precision);
  double sum = 0;
  auto at = curve.begin();
  for (int r = 0; r < kRecalls; ++r) {
    const double recall = r * 0.01;  // as numpy.linspace(0, 1, 101)
    while (at != curve.end() && at->recall < recall) ++at;
    if (at == curve.end()) break;
    sum += at->precision;
  }
  return sum / kRecalls;
}

template <typename Values>
double mean(const Values& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

std::vector<int> checked_limits(std::vector<int> limits) {
  std::sort(limits.begin(), limits.end());
  limits.erase(std::unique(limits.begin(), limits.end()), limits.end());
  if (limits.empty()) throw UsageError("no largest number of detections is named (allowed: a list such as 1, 10, 100)");
  if (limits.front() < 1) throw UsageError(fmt::format("{} as the largest number of detections (allowed: 1 and more)", limits.front()));
  return limits;
}

}  // namespace

CocoEvaluation::CocoEvaluation(const AnnotatedImages& truth, const DetectionLists& detections, std::vector<int> max_detections)
    : images_(truth.images.size()), max_detections_(checked_limits(std::move(max_detections))) {
  check_detections(truth, detections);
  for (const std::string& name : truth.categories) classes_.push_back({name, {}, {}});
  std::vector<size_t> by_id(images_);
  std::iota(by_id.begin(), by_id.end(), size_t{0});
  std::stable_sort(by_id.begin(), by_id.end(), [&](size_t a, size_t b) { return truth.images[a].id < truth.images[b].id; });
  for (const size_t image : by_id) add_image(image, truth.images[image], detections[image]);
  for (Class& one : classes_)
    std::stable_sort(one.detections.begin(), one.detections.end(), [](const Scored& a, const Scored& b) { return a.score > b.score; });
}

void CocoEvaluation::add_image(size_t image, const AnnotatedImage& truth, const std::vector<Detection>& detections) {
  std::vector<std::vector<const AnnotatedObject*>> objects(classes_.size());
  std::vector<std::vector<const Detection*>> found(classes_.size());
  for (const AnnotatedObject& object : truth.objects) objects[static_cast<size_t>(object.category)].push_back(&object);
  for (const Detection& detection : detections) found[static_cast<size_t>(detection.category)].push_back(&detection);
  for (size_t c = 0; c < classes_.size(); ++c) {
    if (objects[c].empty() && found[c].empty()) continue;
    const CocoMatches matches = match_as_coco(objects[c], found[c], static_cast<size_t>(max_detections_.back()));
    for (size_t rank = 0; rank < matches.order.size(); ++rank)
      classes_[c].detections.push_back({found[c][matches.order[rank]]->score, image, rank, matches.outcomes[rank]});
    if (!objects[c].empty()) classes_[c].objects.push_back({image, matches.objects});
  }
}

CocoEvaluation::Curves CocoEvaluation::curves(const Class& one, CocoArea area, int most, const std::vector<int>& weights) {
  Curves result;
  for (const Objects& objects : one.objects) result.objects += weights[objects.image] * objects.counts[area];
  if (result.objects == 0) return result;
  const auto to_find = static_cast<double>(result.objects);
  std::array<int64_t, kCocoThresholds.size()> right{}, wrong{};
  std::array<std::vector<Found>, kCocoThresholds.size()> found;
  for (const Scored& detection : one.detections) {
    const int weight = weights[detection.image];
    if (weight == 0 || detection.rank >= static_cast<size_t>(most)) continue;
    const unsigned matched = detection.outcome.matched[area], ignored = detection.outcome.ignored[area];
    for (size_t t = 0; t < kCocoThresholds.size(); ++t) {
      if (ignored >> t & 1u) continue;
      if (!(matched >> t & 1u)) {
        wrong[t] += weight;
        continue;
      }
      right[t] += weight;
      found[t].push_back(
          {static_cast<double>(right[t]) / to_find, static_cast<double>(right[t]) / static_cast<double>(right[t] + wrong[t])});
    }
  }
  for (size_t t = 0; t < kCocoThresholds.size(); ++t) {
    result.recall[t] = static_cast<double>(right[t]) / to_find;
    result.precision[t] = mean_envelope(std::move(found[t]));
  }
  return result;
}

DetectionSummary CocoEvaluation::accumulate() const { return accumulate(std::vector<int>(images_, 1)); }

DetectionSummary CocoEvaluation::accumulate(const std::vector<int>& weights) const {
  if (weights.size() != images_) throw std::logic_error("CocoEvaluation: not one weight an image");
  DetectionSummary summary;
  std::array<std::vector<double>, kCocoAreas> ap, ar;  // one value a class
  std::vector<std::vector<double>> recalls(max_detections_.size());
  for (const Class& one : classes_) {
    for (size_t area = 0; area < kCocoAreas; ++area) {
      const Curves found = curves(one, static_cast<CocoArea>(area), max_detections_.back(), weights);
      ap[area].push_back(found.objects > 0 ? mean(found.precision) : -1);
      ar[area].push_back(found.objects > 0 ? mean(found.recall) : -1);
      if (area != kAreaAll) continue;
      summary.classes.push_back({one.name, found.objects, ap[area].back(), found.objects > 0 ? found.precision[kThreshold50] : -1,
                                 found.objects > 0 ? found.precision[kThreshold75] : -1});
    }
    for (size_t m = 0; m < max_detections_.size(); ++m) {
      const Curves found = curves(one, kAreaAll, max_detections_[m], weights);
      recalls[m].push_back(found.objects > 0 ? mean(found.recall) : -1);
    }
  }
  std::vector<double> ap50, ap75;
  for (const ClassPrecision& one : summary.classes) ap50.push_back(one.ap50), ap75.push_back(one.ap75);
  summary.map = mean_of_present(ap[kAreaAll]);
  summary.ap50 = mean_of_present(ap50);
  summary.ap75 = mean_of_present(ap75);
  summary.ap_small = mean_of_present(ap[kAreaSmall]);
  summary.ap_medium = mean_of_present(ap[kAreaMedium]);
  summary.ap_large = mean_of_present(ap[kAreaLarge]);
  summary.max_detections = max_detections_;
  for (const std::vector<double>& column : recalls) summary.ar.push_back(mean_of_present(column));
  summary.ar_small = mean_of_present(ar[kAreaSmall]);
  summary.ar_medium = mean_of_present(ar[kAreaMedium]);
  summary.ar_large = mean_of_present(ar[kAreaLarge]);
  return summary;
}

MeanPrecision CocoEvaluation::mean_precision(const std::vector<int>& weights) const {
  if (weights.size() != images_) throw std::logic_error("CocoEvaluation: not one weight an image");
  std::vector<double> ap, ap50;
  for (const Class& one : classes_) {
    const Curves found = curves(one, kAreaAll, max_detections_.back(), weights);
    ap.push_back(found.objects > 0 ? mean(found.precision) : -1);
    ap50.push_back(found.objects > 0 ? found.precision[kThreshold50] : -1);
  }
  return {mean_of_present(ap), mean_of_present(ap50)};
}

}  // namespace tnn
