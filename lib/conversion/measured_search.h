#pragma once

#include <functional>
#include <map>
#include <vector>

#include "conversion/width_model.h"

namespace tnn {

/// What a search judges widths by, lower is better. Asked for several at once, so that they are measured in turn on the same samples.
struct WidthMeasures {
  std::function<std::vector<double>(const std::vector<Widths>&)> loss;
  std::function<std::vector<double>(const std::vector<Widths>&)> cost;  ///< multiply-accumulates, or a latency
};

/// Widths with what was measured of them.
struct MeasuredWidths {
  Widths widths;
  double loss = 0, cost = 0;
};

/// Looks for the widths of lowest measured loss within a cost, gate by gate: greedily from above, as NetAdapt does (Yang et al. 2018), and
/// by exchanges of groups between two gates. Both are local: the best of all may be missed.
class MeasuredSearch {
 public:
  /// `least` and `full`: of each gate, both included.
  MeasuredSearch(Widths least, Widths full, WidthMeasures measures);

  MeasuredWidths measure(const Widths& widths);
  /// Closes an eighth of a gate's open groups at a time, each time of the gates (one in eight of them, at least one) that lose least for
  /// the cost they save, until the cost is within the budget. Where nothing is left to close it may still be above.
  MeasuredWidths narrowed(MeasuredWidths from, double budget);
  /// Closes groups of one gate and opens groups of another, as long as the measured loss falls and the cost is within the budget: first
  /// quarters of a gate, then less, down to single groups.
  MeasuredWidths exchanged(MeasuredWidths from, double budget);

  int64_t measured() const { return static_cast<int64_t>(losses_.size()); }  ///< different widths whose loss was measured

 private:
  std::vector<double> losses(const std::vector<Widths>& widths);
  double cost(const Widths& widths) { return measures_.cost({widths}).front(); }
  bool exchange(MeasuredWidths& at, double budget, double share);
  Widths moved(const Widths& widths, size_t gate, int64_t groups) const;

  const Widths least_, full_;
  WidthMeasures measures_;
  std::map<Widths, double> losses_;
};

}  // namespace tnn
