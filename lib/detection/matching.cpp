#include "detection/matching.h"

#include <algorithm>

namespace tnn {
namespace {

/// Draws `count` of the indices without putting back, then sorts them.
void draw(std::vector<int32_t>& indices, int64_t count, RandomStream& random) {
  if (static_cast<int64_t>(indices.size()) <= count) return;
  for (int64_t i = 0; i < count; ++i)
    std::swap(indices[static_cast<size_t>(i)], indices[static_cast<size_t>(i) + random.below(indices.size() - static_cast<size_t>(i))]);
  indices.resize(static_cast<size_t>(count));
  std::sort(indices.begin(), indices.end());
}

bool lies_in(const Box& box, std::span<const Box> areas) {
  return std::any_of(areas.begin(), areas.end(),
                     [&](const Box& area) { return box.area() > 0 && intersection(box, area).area() >= 0.5 * box.area(); });
}

}  // namespace

std::vector<int32_t> match_boxes(std::span<const Box> candidates, std::span<const Box> objects, std::span<const Box> ignored,
                                 const RegionSampling& sampling, bool every_object) {
  std::vector<int32_t> matches(candidates.size(), kBackground);
  std::vector<double> best(objects.size(), 0.0);              // of each object over the candidates
  std::vector<std::vector<int32_t>> nearest(objects.size());  // the candidates that have it
  for (size_t i = 0; i < candidates.size(); ++i) {
    double highest = 0;
    int32_t object = kBackground;
    for (size_t k = 0; k < objects.size(); ++k) {
      const double overlap = iou(candidates[i], objects[k]);
      if (overlap > highest) highest = overlap, object = static_cast<int32_t>(k);
      if (overlap <= 0 || overlap < best[k]) continue;
      if (overlap > best[k]) best[k] = overlap, nearest[k].clear();
      nearest[k].push_back(static_cast<int32_t>(i));
    }
    if (highest >= sampling.foreground_iou && object >= 0)
      matches[i] = object;
    else if (highest >= sampling.background_iou || lies_in(candidates[i], ignored))
      matches[i] = kLeftOut;
  }
  if (every_object)
    for (size_t k = 0; k < objects.size(); ++k)
      for (const int32_t candidate : nearest[k])
        if (matches[static_cast<size_t>(candidate)] < 0) matches[static_cast<size_t>(candidate)] = static_cast<int32_t>(k);
  return matches;
}

std::vector<int32_t> sample_matches(const std::vector<int32_t>& matches, const RegionSampling& sampling, RandomStream& random) {
  std::vector<int32_t> positive, negative;
  for (size_t i = 0; i < matches.size(); ++i) {
    if (matches[i] >= 0) positive.push_back(static_cast<int32_t>(i));
    if (matches[i] == kBackground) negative.push_back(static_cast<int32_t>(i));
  }
  draw(positive, static_cast<int64_t>(static_cast<double>(sampling.count) * sampling.positive_fraction), random);
  draw(negative, sampling.count - static_cast<int64_t>(positive.size()), random);
  positive.insert(positive.end(), negative.begin(), negative.end());
  return positive;
}

}  // namespace tnn
