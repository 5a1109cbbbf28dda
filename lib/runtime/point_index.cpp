#include "runtime/point_index.h"

#include <algorithm>

namespace tnn {
namespace {

constexpr int kNever = -1;  // a count that no utilization gives

bool same_kind(const Gate& a, const Gate& b) { return a.kind == b.kind && a.groups == b.groups && a.min_active == b.min_active; }

/// Active groups of all gates of a kind in a configuration; kNever where they differ.
int count_of(const ModelDescription& description, const Configuration& configuration, const Gate& kind) {
  int count = kNever;
  for (size_t g = 0; g < configuration.gates.size(); ++g) {
    if (!same_kind(description.graph.gates()[g], kind)) continue;
    const int here = configuration.gates[g].count();
    if (count != kNever && count != here) return kNever;
    count = here;
  }
  return count;
}

}  // namespace

PointIndex::PointIndex(const ModelDescription& description)
    : rule_(description.gating), by_interval_(rule_.strategy != "nested" && rule_.strategy != "independent") {
  if (by_interval_) {
    points_ = description.points;
    return;
  }
  for (const Gate& gate : description.graph.gates())
    if (std::none_of(kinds_.begin(), kinds_.end(), [&](const Gate& kind) { return same_kind(kind, gate); })) kinds_.push_back(gate);
  for (const OperatingPoint& point : description.points) {
    utilizations_.push_back(point.u);
    for (const Gate& kind : kinds_) counts_.push_back(count_of(description, point.configuration, kind));
  }
}

int PointIndex::find(double u) const {
  check_utilization(u);
  if (by_interval_) return static_cast<int>(point_index_at(points_, u, rule_.rounding));
  int nearest = 0;
  for (size_t point = 0; point < utilizations_.size(); ++point) {
    bool matches = true;
    for (size_t k = 0; k < kinds_.size() && matches; ++k)
      matches = counts_[point * kinds_.size() + k] == active_group_count(rule_, kinds_[k], u);
    if (matches) return static_cast<int>(point);
    const double best = utilizations_[static_cast<size_t>(nearest)];
    if (utilizations_[point] <= u && (best > u || utilizations_[point] >= best)) nearest = static_cast<int>(point);
  }
  return nearest;
}

}  // namespace tnn
