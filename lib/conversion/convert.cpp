#include "conversion/convert.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "conversion/permutation.h"
#include "conversion/point_table.h"
#include "conversion/unit_gates.h"
#include "conversion/width_search.h"
#include "core/error.h"
#include "core/stopwatch.h"
#include "cost/cost.h"
#include "export/static_cut.h"
#include "gating/learned.h"

namespace tnn {
namespace {

UnitOrders by_importance(const std::vector<std::vector<double>>& importance) {
  UnitOrders orders;
  for (const auto& units : importance) {
    auto& order = orders.emplace_back(units.size());
    std::iota(order.begin(), order.end(), int64_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](int64_t a, int64_t b) { return units[static_cast<size_t>(a)] > units[static_cast<size_t>(b)]; });
  }
  return orders;
}

/// The importance of each gate's groups after the units are in order.
GroupGains group_gains(const GatedGraph& gated, const std::vector<std::vector<double>>& importance, const UnitOrders& orders) {
  GroupGains gains;
  for (const GatedSet& set : gated.sets) {
    const auto& units = importance[set.set];
    auto& groups = gains.emplace_back(units.size() / static_cast<size_t>(set.group_units));
    for (size_t place = 0; place < units.size(); ++place)
      groups[place / static_cast<size_t>(set.group_units)] += units[static_cast<size_t>(orders[set.set][place])];
  }
  return gains;
}

std::vector<double> checked_budgets(std::vector<double> budgets) {
  for (const double budget : budgets)
    if (!(budget > 0 && budget < 1))
      throw UsageError(fmt::format("budget {} is outside (0, 1): it is a share of the full network's MACs", budget));
  std::sort(budgets.begin(), budgets.end());
  budgets.erase(std::unique(budgets.begin(), budgets.end()), budgets.end());
  if (budgets.empty()) throw UsageError("no budget is given (allowed: one or more shares of the full network's MACs, such as 0.25,0.5)");
  return budgets;
}

/// Solves the budgets one after another, each within what those before it left.
class Budgets {
 public:
  Budgets(const GatedGraph& gated, const GroupGains& gains, const ConversionOptions& options)
      : graph_(gated.graph), model_(gated.graph), gains_(gains), options_(options) {
    for (const auto& groups : gains)
      for (const double gain : groups) total_ += gain;
  }

  struct Solved {
    Widths widths;
    ConvertedPoint point;
  };

  /// By rising budget, and the full network at the end.
  std::vector<Solved> solve(const std::vector<double>& budgets) const {
    std::vector<Solved> solved(budgets.size());
    Widths least = model_.least(), most = model_.full();
    for (size_t i = 0; i < budgets.size(); ++i) {
      const size_t at = options_.bottom_up ? i : budgets.size() - 1 - i;
      solved[at] = solve(budgets[at], least, most);
      (options_.bottom_up ? least : most) = solved[at].widths;
    }
    solved.push_back({model_.full(), {}});
    describe(solved.back());
    return solved;
  }

 private:
  Solved solve(double budget, const Widths& least, const Widths& most) const {
    const Stopwatch stopwatch;
    const auto macs = static_cast<int64_t>(budget * static_cast<double>(model_.macs(model_.full())));
    const auto choice = search_widths(model_, gains_, {macs, options_.activation_bytes, least, most});
    if (!choice) throw UsageError(unmet(budget, macs, least));
    Solved solved{choice->widths, {}};
    solved.point.budget = budget;
    solved.point.solved = choice->solved;
    describe(solved);
    solved.point.seconds = stopwatch.seconds();
    return solved;
  }

  void describe(Solved& solved) const {
    const Cost cost = network_cost(graph_, first_groups(graph_, solved.widths));
    solved.point.macs = cost.macs;
    solved.point.activation_bytes = cost.activation_bytes;
    solved.point.macs_share = static_cast<double>(cost.macs) / static_cast<double>(model_.macs(model_.full()));
    double kept = 0;
    for (size_t g = 0; g < solved.widths.size(); ++g) {
      for (int64_t k = 0; k < solved.widths[g]; ++k) kept += gains_[g][static_cast<size_t>(k)];
      const auto space = std::find_if(graph_.spaces().begin(), graph_.spaces().end(),
                                      [&](const ChannelSpace& s) { return s.gate == static_cast<GateId>(g); });
      solved.point.channels.push_back(space->group_begin(static_cast<int>(solved.widths[g])));
    }
    solved.point.importance_share = total_ > 0 ? kept / total_ : 1;
  }

  std::string unmet(double budget, int64_t macs, const Widths& least) const {
    const int64_t smallest = model_.macs(least), bytes = model_.activation_bytes(least);
    const char* const who = least == model_.least() ? "the narrowest network" : "the point of the budget before it";
    if (smallest > macs)
      return fmt::format("budget {}: {} needs {} MACs, a share of {:.4f} (allowed: budgets from there on)", budget, who, smallest,
                         static_cast<double>(smallest) / static_cast<double>(model_.macs(model_.full())));
    return fmt::format("budget {}: {} holds {} bytes of activations at once (allowed: a memory limit of that or more)", budget, who, bytes);
  }

  const Graph& graph_;
  const WidthModel model_;
  const GroupGains& gains_;
  const ConversionOptions& options_;
  double total_ = 0;
};

}  // namespace

StoredModel full_network(const StoredModel& model) { return cut_model(model, point_at(model.description, 1.0)); }

ConvertedModel convert_network(const StoredModel& network, const WeightScores& scores, const ConversionOptions& options) {
  const std::vector<double> budgets = checked_budgets(options.budgets);
  const Graph& graph = network.description.graph;
  const std::vector<CoupledChannels> sets = coupled_channels(graph);
  const GatedGraph gated = gate_units(graph, sets, {options.group_units, options.least_units});
  const auto importance = unit_importance(graph, sets, scores);
  const UnitOrders orders = by_importance(importance);
  const GroupGains gains = group_gains(gated, importance, orders);

  std::vector<double> utilizations;
  std::vector<Configuration> configurations;
  ConvertedModel converted;
  for (const auto& [widths, point] : Budgets(gated, gains, options).solve(budgets)) {
    utilizations.push_back(point.budget);
    configurations.push_back(first_groups(gated.graph, widths));
    converted.points.push_back(point);
  }
  converted.model = permute_units(network, sets, orders);
  ModelDescription& description = converted.model.description;
  description.graph = gated.graph;
  description.gating = {"reds", Rounding::ceil, 1, Compensation::none};
  converted.unmeasured = set_points(converted.model, learned_operating_points(utilizations, configurations));
  return converted;
}

}  // namespace tnn
