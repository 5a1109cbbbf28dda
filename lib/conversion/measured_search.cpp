#include "conversion/measured_search.h"

#include <algorithm>
#include <cmath>

namespace tnn {
namespace {

constexpr size_t kTriedExchanges = 6;   ///< of a round, the most promising ones
constexpr double kSmallestGain = 1e-4;  ///< share of the loss that an exchange must save: less is noise
constexpr int64_t kMostOpenings = 4;    ///< steps that one exchange may open

/// What closing or opening one step of a gate does, each for itself.
struct Move {
  size_t gate = 0;
  Widths widths;
  double loss = 0;
};

int64_t step_of(int64_t groups, double share) { return std::max<int64_t>(1, std::llround(static_cast<double>(groups) * share)); }

}  // namespace

MeasuredSearch::MeasuredSearch(Widths least, Widths full, WidthMeasures measures)
    : least_(std::move(least)), full_(std::move(full)), measures_(std::move(measures)) {}

std::vector<double> MeasuredSearch::losses(const std::vector<Widths>& widths) {
  std::vector<Widths> unknown;
  for (const Widths& one : widths)
    if (!losses_.contains(one) && std::ranges::find(unknown, one) == unknown.end()) unknown.push_back(one);
  if (!unknown.empty()) {
    const std::vector<double> found = measures_.loss(unknown);
    for (size_t i = 0; i < unknown.size(); ++i) losses_[unknown[i]] = std::isfinite(found[i]) ? found[i] : HUGE_VAL;
  }
  std::vector<double> all;
  for (const Widths& one : widths) all.push_back(losses_.at(one));
  return all;
}

MeasuredWidths MeasuredSearch::measure(const Widths& widths) { return {widths, losses({widths}).front(), cost(widths)}; }

Widths MeasuredSearch::moved(const Widths& widths, size_t gate, int64_t groups) const {
  Widths next = widths;
  next[gate] = std::clamp(widths[gate] + groups, least_[gate], full_[gate]);
  return next;
}

MeasuredWidths MeasuredSearch::narrowed(MeasuredWidths from, double budget) {
  while (from.cost > budget) {
    std::vector<size_t> gates;
    std::vector<Widths> closed;
    for (size_t g = 0; g < from.widths.size(); ++g) {
      Widths next = moved(from.widths, g, -step_of(from.widths[g], 0.125));
      if (next == from.widths) continue;
      gates.push_back(g);
      closed.push_back(std::move(next));
    }
    if (closed.empty()) return from;
    const std::vector<double> loss = losses(closed), costs = measures_.cost(closed);
    std::vector<std::pair<double, size_t>> prices;  // of what is saved
    for (size_t i = 0; i < closed.size(); ++i)
      prices.emplace_back(from.cost > costs[i] ? (loss[i] - from.loss) / (from.cost - costs[i]) : HUGE_VAL, i);
    std::ranges::sort(prices);
    const size_t several = std::max<size_t>(1, gates.size() / 8);
    Widths next = from.widths;
    for (size_t k = 0; k < several; ++k) {
      const size_t i = prices[k].second;
      next[gates[i]] = closed[i][gates[i]];
      if (cost(next) <= budget) break;
    }
    from = measure(next);
  }
  return from;
}

bool MeasuredSearch::exchange(MeasuredWidths& at, double budget, double share) {
  std::vector<Move> closings, openings{{at.widths.size(), at.widths, at.loss}};  // the first: nothing is opened
  closings.push_back({at.widths.size(), at.widths, at.loss});
  for (size_t g = 0; g < at.widths.size(); ++g) {
    const int64_t step = step_of(full_[g], share);
    if (Widths less = moved(at.widths, g, -step); less != at.widths) closings.push_back({g, std::move(less)});
    if (Widths more = moved(at.widths, g, step); more != at.widths) openings.push_back({g, std::move(more)});
  }
  std::vector<Widths> all;
  for (const auto* moves : {&closings, &openings})
    for (const Move& move : *moves) all.push_back(move.widths);
  const std::vector<double> loss = losses(all);
  for (size_t i = 0; i < closings.size(); ++i) closings[i].loss = loss[i];
  for (size_t i = 0; i < openings.size(); ++i) openings[i].loss = loss[closings.size() + i];

  // Promising are exchanges whose parts, each for itself, lose little and gain much.
  std::vector<std::pair<double, Widths>> candidates;
  for (const Move& close : closings)
    for (const Move& open : openings) {
      if (open.gate == close.gate || open.gate == at.widths.size()) continue;
      const int64_t step = open.widths[open.gate] - at.widths[open.gate];
      Widths best;
      int64_t opened = 0;
      for (int64_t times = 1; times <= kMostOpenings; ++times) {
        Widths next = moved(close.widths, open.gate, times * step);
        if (next == best || cost(next) > budget) break;
        best = std::move(next);
        opened = times;
      }
      if (opened > 0)
        candidates.emplace_back((close.loss - at.loss) + static_cast<double>(opened) * (open.loss - at.loss), std::move(best));
    }
  std::ranges::sort(candidates);
  if (candidates.size() > kTriedExchanges) candidates.resize(kTriedExchanges);
  std::vector<Widths> tried;
  for (auto& candidate : candidates) tried.push_back(std::move(candidate.second));
  const std::vector<double> found = losses(tried);
  const auto best = std::ranges::min_element(found);
  if (best == found.end() || !(*best < at.loss - kSmallestGain * std::abs(at.loss))) return false;
  at = measure(tried[static_cast<size_t>(best - found.begin())]);
  return true;
}

MeasuredWidths MeasuredSearch::exchanged(MeasuredWidths from, double budget) {
  const int64_t finest = *std::ranges::max_element(full_);
  for (double share = 0.25; share * static_cast<double>(finest) >= 0.5;)
    if (!exchange(from, budget, share)) share /= 2;
  return from;
}

}  // namespace tnn
