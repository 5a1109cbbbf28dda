#include "conversion/width_search.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "conversion/knapsack.h"
#include "conversion/width_moves.h"

namespace tnn {
namespace {

/// The knapsack of the widths within `radius` (a share of each gate's groups) of `centre`, with MACs as they grow there.
class LinearKnapsack {
 public:
  LinearKnapsack(const WidthModel& model, const GroupGains& gains, const WidthLimits& limits, const Widths& centre, double radius)
      : low_(centre), high_(centre) {
    for (size_t g = 0; g < centre.size(); ++g) {
      const auto reach = static_cast<int64_t>(std::ceil(radius * static_cast<double>(model.full()[g])));
      low_[g] = std::max(limits.least[g], centre[g] - reach);
      high_[g] = std::min(limits.most[g], centre[g] + reach);
    }
    add_items(gains);
    add_macs(model, static_cast<double>(limits.macs), centre);
    if (limits.activation_bytes)
      for (const WidthForm& held : model.held_bytes()) add_bytes(held, *limits.activation_bytes);
  }

  Widths solve() const {
    Widths widths = solve_knapsack(knapsack_);
    for (size_t g = 0; g < widths.size(); ++g) widths[g] += low_[g];
    return widths;
  }

 private:
  /// A kind of items for each gate: the groups that may be open or not.
  void add_items(const GroupGains& gains) {
    double largest = 0;
    for (size_t g = 0; g < low_.size(); ++g) {
      knapsack_.gains.emplace_back(gains[g].begin() + low_[g], gains[g].begin() + high_[g]);
      for (const double gain : knapsack_.gains.back()) largest = std::max(largest, gain);
    }
    if (largest > 0)
      for (auto& kind : knapsack_.gains)
        for (double& gain : kind) gain /= largest;
  }

  void add_macs(const WidthModel& model, double most, const Widths& centre) {
    Knapsack::Limit limit{model.prices(centre), most - static_cast<double>(model.macs(centre))};
    for (size_t g = 0; g < centre.size(); ++g) limit.most += limit.weights[g] * static_cast<double>(centre[g] - low_[g]);
    add_limit(std::move(limit), most);
  }

  void add_bytes(const WidthForm& held, int64_t most) {
    Knapsack::Limit limit{std::vector<double>(low_.size()), static_cast<double>(most - held.at(low_))};
    for (const WidthForm::Term& term : held.terms) limit.weights[term.gate] = static_cast<double>(term.slope);
    add_limit(std::move(limit), static_cast<double>(most));
  }

  /// Of weights about as large as 1, for the solver's tolerances; left out where all items keep to it.
  void add_limit(Knapsack::Limit limit, double scale) {
    double all = 0;
    for (size_t g = 0; g < low_.size(); ++g) all += limit.weights[g] * static_cast<double>(high_[g] - low_[g]);
    if (all <= limit.most) return;
    for (double& weight : limit.weights) weight /= scale;
    limit.most /= scale;
    knapsack_.limits.push_back(std::move(limit));
  }

  Widths low_, high_;
  Knapsack knapsack_;
};

}  // namespace

std::optional<WidthChoice> search_widths(const WidthModel& model, const GroupGains& gains, const WidthLimits& limits) {
  const WidthMoves moves(model, gains, limits);
  if (!moves.fits(limits.least)) return std::nullopt;
  const double finest = 1.0 / static_cast<double>(*std::max_element(model.full().begin(), model.full().end()));
  WidthChoice best{limits.least, -1, 0};
  int solved = 0;
  const auto improve = [&](Widths widths) {
    double importance = moves.importance(widths);
    for (double radius = 1; radius >= finest / 2;) {
      const auto candidate = moves.shrunk(LinearKnapsack(model, gains, limits, widths, radius).solve());
      ++solved;
      Widths next = candidate ? moves.filled(*candidate) : widths;
      if (const double found = moves.importance(next); found > importance * (1 + 1e-9)) {
        widths = std::move(next);
        importance = found;
      } else {
        radius /= 2;
      }
    }
    widths = moves.exchanged(std::move(widths));
    importance = moves.importance(widths);
    if (importance > best.importance) best = {std::move(widths), importance, 0};
  };
  improve(moves.filled(moves.uniform()));
  improve(moves.filled(limits.least));
  if (const auto from_above = moves.shrunk(limits.most)) improve(moves.filled(*from_above));
  best.solved = solved;
  return best;
}

}  // namespace tnn
