#pragma once

#include <optional>

#include "conversion/width_search.h"

namespace tnn {

/// Small changes of widths, each judged by what the network really costs.
class WidthMoves {
 public:
  WidthMoves(const WidthModel& model, const GroupGains& gains, const WidthLimits& limits);

  bool fits(const Widths& widths) const;
  /// The sum of the open groups.
  double importance(const Widths& widths) const;
  /// Opens groups, most important for its MACs first, until none fits any more.
  Widths filled(Widths widths) const;
  /// Closes groups, least important for what it saves first, until the widths fit. Empty where they do not at the least widths either.
  std::optional<Widths> shrunk(Widths widths) const;
  /// Opens a group of one gate for groups of another, as long as importance grows.
  Widths exchanged(Widths widths) const;
  /// All gates open to the same share, the largest that fits. Only where the least widths fit.
  Widths uniform() const;

 private:
  double gain(size_t gate, int64_t group) const { return gains_[gate][static_cast<size_t>(group)]; }
  std::vector<double> savings(const Widths& widths) const;
  bool exchange(Widths& widths, size_t opened, size_t closed) const;

  const WidthModel& model_;
  const GroupGains& gains_;
  const WidthLimits& limits_;
};

}  // namespace tnn
