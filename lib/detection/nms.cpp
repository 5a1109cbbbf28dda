#include "detection/nms.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tnn {

std::vector<int32_t> by_score(std::span<const float> scores) {
  std::vector<int32_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0);
  const auto score = [&](int32_t i) {
    const float value = scores[static_cast<size_t>(i)];
    return std::isnan(value) ? -INFINITY : value;
  };
  std::stable_sort(order.begin(), order.end(), [&](int32_t a, int32_t b) { return score(a) > score(b); });
  return order;
}

std::vector<int32_t> nms(std::span<const Box> boxes, std::span<const float> scores, std::span<const int32_t> classes, double threshold,
                         int64_t most) {
  const std::vector<int32_t> order = by_score(scores);
  std::vector<char> out(boxes.size(), 0);
  std::vector<int32_t> kept;
  for (size_t i = 0; i < order.size(); ++i) {
    const auto best = static_cast<size_t>(order[i]);
    if (out[best]) continue;
    kept.push_back(order[i]);
    if (most > 0 && static_cast<int64_t>(kept.size()) == most) break;
    for (size_t j = i + 1; j < order.size(); ++j) {
      const auto other = static_cast<size_t>(order[j]);
      if (out[other] || (!classes.empty() && classes[other] != classes[best])) continue;
      if (iou(boxes[best], boxes[other]) > threshold) out[other] = 1;
    }
  }
  return kept;
}

}  // namespace tnn
