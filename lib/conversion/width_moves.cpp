#include "conversion/width_moves.h"

#include <algorithm>
#include <cmath>

namespace tnn {
namespace {

constexpr int kMostRounds = 100;
constexpr int kShareSteps = 30;  // of a bisection

}  // namespace

WidthMoves::WidthMoves(const WidthModel& model, const GroupGains& gains, const WidthLimits& limits)
    : model_(model), gains_(gains), limits_(limits) {}

bool WidthMoves::fits(const Widths& widths) const {
  return model_.macs(widths) <= limits_.macs && (!limits_.activation_bytes || model_.activation_bytes(widths) <= *limits_.activation_bytes);
}

double WidthMoves::importance(const Widths& widths) const {
  double sum = 0;
  for (size_t g = 0; g < widths.size(); ++g)
    for (int64_t k = 0; k < widths[g]; ++k) sum += gain(g, k);
  return sum;
}

Widths WidthMoves::filled(Widths widths) const {
  for (;;) {
    const std::vector<double> prices = model_.prices(widths);
    size_t best = widths.size();
    double best_rate = -1;
    for (size_t g = 0; g < widths.size(); ++g) {
      if (widths[g] >= limits_.most[g]) continue;
      const double rate = gain(g, widths[g]) / std::max(1.0, prices[g]);
      if (rate <= best_rate) continue;
      ++widths[g];
      if (fits(widths)) {
        best = g;
        best_rate = rate;
      }
      --widths[g];
    }
    if (best == widths.size()) return widths;
    ++widths[best];
  }
}

/// By how much closing a group of each gate lowers what is beyond the limits.
std::vector<double> WidthMoves::savings(const Widths& widths) const {
  if (model_.macs(widths) > limits_.macs) return model_.prices(widths);
  std::vector<double> savings(widths.size());
  for (const WidthForm& held : model_.held_bytes())
    if (held.at(widths) > *limits_.activation_bytes)
      for (const WidthForm::Term& term : held.terms) savings[term.gate] += static_cast<double>(term.slope);
  return savings;
}

std::optional<Widths> WidthMoves::shrunk(Widths widths) const {
  while (!fits(widths)) {
    const std::vector<double> saved = savings(widths);
    size_t best = widths.size();
    for (size_t g = 0; g < widths.size(); ++g) {
      if (widths[g] <= limits_.least[g] || saved[g] <= 0) continue;
      if (best == widths.size() || gain(g, widths[g] - 1) * saved[best] < gain(best, widths[best] - 1) * saved[g]) best = g;
    }
    if (best == widths.size()) return std::nullopt;
    --widths[best];
  }
  return widths;
}

bool WidthMoves::exchange(Widths& widths, size_t opened, size_t closed) const {
  if (widths[opened] >= limits_.most[opened]) return false;
  const double won = gain(opened, widths[opened]);
  Widths changed = widths;
  ++changed[opened];
  for (double lost = 0; !fits(changed);) {
    if (changed[closed] <= limits_.least[closed]) return false;
    lost += gain(closed, --changed[closed]);
    if (lost * (1 + 1e-12) >= won) return false;
  }
  widths = std::move(changed);
  return true;
}

Widths WidthMoves::exchanged(Widths widths) const {
  for (int round = 0; round < kMostRounds; ++round) {
    bool better = false;
    for (size_t opened = 0; opened < widths.size(); ++opened)
      for (size_t closed = 0; closed < widths.size(); ++closed)
        if (opened != closed && exchange(widths, opened, closed)) better = true;
    if (!better) break;
    widths = filled(std::move(widths));
  }
  return widths;
}

Widths WidthMoves::uniform() const {
  const auto at_share = [&](double share) {
    Widths widths = limits_.least;
    for (size_t g = 0; g < widths.size(); ++g)
      widths[g] =
          std::clamp(static_cast<int64_t>(std::floor(share * static_cast<double>(model_.full()[g]))), limits_.least[g], limits_.most[g]);
    return widths;
  };
  double low = 0, high = 1;
  for (int i = 0; i < kShareSteps; ++i) {
    const double middle = (low + high) / 2;
    (fits(at_share(middle)) ? low : high) = middle;
  }
  return at_share(low);
}

}  // namespace tnn
