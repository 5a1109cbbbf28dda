#pragma once

#include <vector>

#include "formats/model_description.h"

namespace tnn {

/// Finds the operating point of a utilization without allocating: the point whose gates have as many active groups as the gating rule
/// gives at u. Where the file has no such point, the one of the largest u that is not above. Of a gating whose counts depend on more than
/// the gate (depthwise_nested, learned), the point whose interval holds u.
class PointIndex {
 public:
  explicit PointIndex(const ModelDescription& description);
  /// UsageError where u is outside (0, 1].
  int find(double u) const;

 private:
  GatingRule rule_;
  bool by_interval_ = false;
  std::vector<OperatingPoint> points_;  // where by_interval_
  std::vector<Gate> kinds_;             // gates that differ in kind, cardinality or min_active
  std::vector<int> counts_;             // [point][kind]
  std::vector<double> utilizations_;    // of each point
};

}  // namespace tnn
