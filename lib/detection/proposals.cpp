#include "detection/proposals.h"

#include <algorithm>
#include <cmath>

#include "detection/box_coder.h"
#include "detection/nms.h"

namespace tnn {
namespace {

bool is_finite(const Box& box) { return std::isfinite(box.x1) && std::isfinite(box.y1) && std::isfinite(box.x2) && std::isfinite(box.y2); }

std::array<double, 4> four(const float* first, int64_t stride) { return {first[0], first[stride], first[2 * stride], first[3 * stride]}; }

/// Softmax of one row of logits.
void softmax(const float* logits, int64_t count, std::vector<double>& out) {
  const double largest = *std::max_element(logits, logits + count);
  double sum = 0;
  out.resize(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) sum += out[static_cast<size_t>(i)] = std::exp(logits[i] - largest);
  for (double& value : out) value /= sum;
}

/// Boxes that may become regions.
struct Candidates {
  std::vector<Box> boxes;
  std::vector<float> scores;
  std::vector<int32_t> levels;

  /// The likeliest of a level.
  void add(const ProposalLevel& from, int32_t level, double width, double height, const ProposalOptions& options) {
    const ProposalMaps& maps = from.maps;
    const std::vector<Box>& anchors = *from.anchors;
    const int64_t places = maps.grid.height * maps.grid.width, per_place = static_cast<int64_t>(anchors.size()) / places;
    std::vector<float> objectness(anchors.size());  // in the order of the anchors
    for (int64_t place = 0; place < places; ++place)
      for (int64_t a = 0; a < per_place; ++a) objectness[static_cast<size_t>(place * per_place + a)] = maps.objectness[a * places + place];
    const std::vector<int32_t> order = by_score(objectness);
    for (size_t i = 0; i < order.size() && static_cast<int64_t>(i) < options.before_nms; ++i) {
      const int64_t anchor = order[i], place = anchor / per_place, a = anchor % per_place;
      const Box box = BoxCoder().decode(anchors[static_cast<size_t>(anchor)], four(maps.deltas + 4 * a * places + place, places));
      if (!is_finite(box) || !std::isfinite(objectness[static_cast<size_t>(anchor)])) continue;
      const Box inside = clipped(box, width, height);
      if (inside.width() < options.smallest_side || inside.height() < options.smallest_side) continue;
      boxes.push_back(inside);
      scores.push_back(objectness[static_cast<size_t>(anchor)]);
      levels.push_back(level);
    }
  }
};

}  // namespace

std::vector<Box> propose_regions(const ProposalMaps& maps, const std::vector<Box>& anchors, const ProposalOptions& options) {
  return propose_regions({{maps, &anchors}}, options);
}

std::vector<Box> propose_regions(const std::vector<ProposalLevel>& levels, const ProposalOptions& options) {
  const FeatureGrid& finest = levels.front().maps.grid;
  const auto width = static_cast<double>(finest.input_width()), height = static_cast<double>(finest.input_height());
  Candidates candidates;
  for (size_t i = 0; i < levels.size(); ++i) candidates.add(levels[i], static_cast<int32_t>(i), width, height, options);
  std::vector<Box> regions;
  for (const int32_t kept : nms(candidates.boxes, candidates.scores, candidates.levels, options.nms_threshold, options.after_nms))
    regions.push_back(candidates.boxes[static_cast<size_t>(kept)]);
  if (regions.empty()) regions.push_back({0, 0, width, height});
  return regions;
}

std::vector<Detection> find_detections(const HeadResult& result, const std::vector<Box>& regions, const DetectorOptions& options,
                                       double width, double height) {
  const BoxCoder coder(options.box_weights);
  std::vector<Box> boxes;
  std::vector<float> scores;
  std::vector<int32_t> classes;
  std::vector<double> probabilities;
  for (size_t r = 0; r < regions.size(); ++r) {
    const auto row = static_cast<int64_t>(r);
    softmax(result.scores + row * (result.classes + 1), result.classes + 1, probabilities);
    for (int64_t k = 1; k <= result.classes; ++k) {
      const double probability = probabilities[static_cast<size_t>(k)];
      if (!(probability > options.detections.score_threshold)) continue;
      const Box box = coder.decode(regions[r], four(result.deltas + row * 4 * (result.classes + 1) + 4 * k, 1));
      if (!is_finite(box) || clipped(box, width, height).area() <= 0) continue;
      boxes.push_back(clipped(box, width, height));
      scores.push_back(static_cast<float>(probability));
      classes.push_back(static_cast<int32_t>(k - 1));
    }
  }
  std::vector<Detection> detections;
  for (const int32_t kept : nms(boxes, scores, classes, options.detections.nms_threshold, options.detections.most)) {
    const auto i = static_cast<size_t>(kept);
    detections.push_back({boxes[i], classes[i], scores[i]});
  }
  return detections;
}

}  // namespace tnn
