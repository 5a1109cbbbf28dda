#include "detection/coco_matching.h"

#include <algorithm>
#include <numeric>

#include "detection/coco_box.h"

namespace tnn {
namespace {

struct Range {
  double least, most;
  bool holds(double area) const { return area >= least && area <= most; }
};
constexpr std::array<Range, kCocoAreas> kRanges{{{0, 1e10}, {0, 32 * 32}, {32 * 32, 96 * 96}, {96 * 96, 1e10}}};

constexpr double kIdentical = 1 - 1e-10;  ///< a threshold of 1 would be missed by rounding
constexpr size_t kNone = static_cast<size_t>(-1);

/// Overlaps of every detection (in `order`) with every object: [detection][object].
std::vector<std::vector<double>> overlaps(const std::vector<const AnnotatedObject*>& objects,
                                          const std::vector<const Detection*>& detections, const std::vector<size_t>& order) {
  std::vector<double> areas;
  for (const AnnotatedObject* object : objects) areas.push_back(box_area(*object));
  std::vector<std::vector<double>> table(order.size(), std::vector<double>(objects.size(), 0.0));
  for (size_t d = 0; d < order.size(); ++d) {
    const Box& box = detections[order[d]]->box;
    const double area = box_area(*detections[order[d]]);
    for (size_t g = 0; g < objects.size(); ++g)
      if (const double shared = intersection(box, objects[g]->box).area(); shared > 0)
        table[d][g] = shared / (objects[g]->crowd ? area : area + areas[g] - shared);
  }
  return table;
}

/// Matching for one range of areas.
class AreaMatching {
 public:
  AreaMatching(const std::vector<const AnnotatedObject*>& objects, CocoArea area) : objects_(objects), area_(area) {
    for (const bool wanted : {true, false})
      for (size_t g = 0; g < objects.size(); ++g)
        if (counts(g) == wanted) turns_.push_back(g);
    counted_ = std::count_if(turns_.begin(), turns_.end(), [this](size_t g) { return counts(g); });
  }

  int64_t counted() const { return counted_; }

  void match(const std::vector<std::vector<double>>& overlaps, const std::vector<double>& areas, std::vector<CocoOutcome>& outcomes) const {
    for (size_t t = 0; t < kCocoThresholds.size(); ++t) {
      std::vector<bool> taken(objects_.size(), false);
      const auto bit = static_cast<uint16_t>(1u << t);
      for (size_t d = 0; d < outcomes.size(); ++d) {
        const size_t best = best_object(overlaps[d], kCocoThresholds[t], taken);
        if (best != kNone) taken[best] = true, outcomes[d].matched[area_] |= bit;
        if (best != kNone ? !counts(best) : !kRanges[area_].holds(areas[d])) outcomes[d].ignored[area_] |= bit;
      }
    }
  }

 private:
  bool counts(size_t g) const { return !objects_[g]->crowd && kRanges[area_].holds(objects_[g]->area); }

  /// What a detection takes; kNone where nothing overlaps it by the threshold.
  size_t best_object(const std::vector<double>& overlap, double threshold, const std::vector<bool>& taken) const {
    double least = std::min(threshold, kIdentical);
    size_t best = kNone;
    for (const size_t g : turns_) {
      if (taken[g] && !objects_[g]->crowd) continue;
      if (best != kNone && counts(best) && !counts(g)) break;  // from here on all are ignored
      if (overlap[g] < least) continue;
      least = overlap[g];
      best = g;
    }
    return best;
  }

  const std::vector<const AnnotatedObject*>& objects_;
  CocoArea area_;
  std::vector<size_t> turns_;  ///< those that count first
  int64_t counted_ = 0;
};

}  // namespace

CocoMatches match_as_coco(const std::vector<const AnnotatedObject*>& objects, const std::vector<const Detection*>& detections,
                          size_t most) {
  CocoMatches matches;
  matches.order.resize(detections.size());
  std::iota(matches.order.begin(), matches.order.end(), size_t{0});
  std::stable_sort(matches.order.begin(), matches.order.end(),
                   [&](size_t a, size_t b) { return detections[a]->score > detections[b]->score; });
  matches.order.resize(std::min(most, matches.order.size()));
  matches.outcomes.resize(matches.order.size());
  const auto table = overlaps(objects, detections, matches.order);
  std::vector<double> areas;
  for (const size_t d : matches.order) areas.push_back(box_area(*detections[d]));
  for (size_t area = 0; area < kCocoAreas; ++area) {
    const AreaMatching matching(objects, static_cast<CocoArea>(area));
    matches.objects[area] = matching.counted();
    matching.match(table, areas, matches.outcomes);
  }
  return matches;
}

}  // namespace tnn
