#include <algorithm>
#include <limits>
#include <optional>

#include "evaluation/choice.h"

namespace tnn {
namespace {

constexpr size_t kThresholds = 40;  ///< tried of a stage, at equal steps of its samples' confidence

/// Everything the search reads, by sample and action.
struct Table {
  size_t samples = 0, actions = 0;
  std::vector<double> sure;
  std::vector<char> right;
  double sure_of(size_t i, size_t k) const { return sure[i * actions + k]; }
  bool is_right(size_t i, size_t k) const { return right[i * actions + k] != 0; }
};

Table make_table(const ActionOutputs& outputs, ConfidenceMeasure measure) {
  Table table{static_cast<size_t>(outputs.size()), static_cast<size_t>(outputs.actions()), {}, {}};
  for (int64_t i = 0; i < outputs.size(); ++i)
    for (int64_t k = 0; k < outputs.actions(); ++k) {
      table.sure.push_back(confidence(measure, outputs.of(i, k), outputs.classes));
      table.right.push_back(outputs.is_right(i, k));
    }
  return table;
}

/// Quantiles of the confidence at an action, and one above all: nothing stops there.
std::vector<double> thresholds_of(const Table& table, size_t action) {
  std::vector<double> sorted;
  for (size_t i = 0; i < table.samples; ++i) sorted.push_back(table.sure_of(i, action));
  std::sort(sorted.begin(), sorted.end());
  std::vector<double> thresholds;
  for (size_t q = 1; q < kThresholds; ++q) thresholds.push_back(sorted[q * (sorted.size() - 1) / kThresholds]);
  thresholds.push_back(std::numeric_limits<double>::infinity());
  thresholds.erase(std::unique(thresholds.begin(), thresholds.end()), thresholds.end());
  if (thresholds.back() > 1) thresholds.back() = 2;  // above every confidence, and a number in JSON
  return thresholds;
}

/// Accuracy and mean MACs of a cascade.
struct Score {
  double accuracy = 0, macs = 0;
  bool better_than(const Score& other) const { return accuracy != other.accuracy ? accuracy > other.accuracy : macs < other.macs; }
};

struct Candidate {
  std::vector<size_t> actions;
  std::vector<double> thresholds;  ///< of all stages but the last
};

Score score_of(const Table& table, const std::vector<double>& macs, const Candidate& candidate) {
  Score score;
  for (size_t i = 0; i < table.samples; ++i) {
    size_t s = 0;
    score.macs += macs[candidate.actions[0]];
    while (s < candidate.thresholds.size() && table.sure_of(i, candidate.actions[s]) < candidate.thresholds[s])
      score.macs += macs[candidate.actions[++s]];
    score.accuracy += table.is_right(i, candidate.actions[s]) ? 1 : 0;
  }
  const double count = static_cast<double>(std::max<size_t>(1, table.samples));
  return {score.accuracy / count, score.macs / count};
}

class Search {
 public:
  Search(const Table& table, const std::vector<double>& macs, double most_macs) : table_(table), macs_(macs), most_(most_macs) {
    for (size_t k = 0; k < table.actions; ++k) thresholds_.push_back(thresholds_of(table, k));
  }

  /// Tries all thresholds of the stages after the first `fixed`, and keeps the best candidate.
  void try_all(Candidate candidate, size_t fixed = 0) {
    if (fixed + 1 < candidate.actions.size()) {
      for (const double threshold : thresholds_[candidate.actions[fixed]]) {
        candidate.thresholds.resize(fixed);
        candidate.thresholds.push_back(threshold);
        try_all(candidate, fixed + 1);
      }
      return;
    }
    const Score score = score_of(table_, macs_, candidate);
    if (score.macs > most_ || (best_ && !score.better_than(best_score_))) return;
    best_ = std::move(candidate);
    best_score_ = score;
  }
  const std::optional<Candidate>& best() const { return best_; }

 private:
  const Table& table_;
  const std::vector<double>& macs_;
  double most_;
  std::vector<std::vector<double>> thresholds_;
  std::optional<Candidate> best_;
  Score best_score_;
};

}  // namespace

Cascade best_cascade(const ActionOutputs& outputs, const ActionCosts& costs, ConfidenceMeasure measure, double most_macs) {
  const Table table = make_table(outputs, measure);
  if (table.samples == 0) return {measure, {{outputs.utilizations.front(), 0}}};
  Search search(table, costs.macs, most_macs);
  for (size_t a = 0; a < table.actions; ++a) {
    search.try_all({{a}, {}});
    for (size_t b = a + 1; b < table.actions; ++b) search.try_all({{a, b}, {}});
  }
  if (!search.best()) return {measure, {{outputs.utilizations.front(), 0}}};
  const Candidate pair = *search.best();
  if (pair.actions.size() == 2)  // a stage between the two, or after them
    for (size_t c = pair.actions[0] + 1; c < table.actions; ++c) {
      std::vector<size_t> actions{pair.actions[0], c, pair.actions[1]};
      std::sort(actions.begin(), actions.end());
      if (c != pair.actions[1]) search.try_all({actions, {}});
    }
  Cascade cascade{measure, {}};
  const Candidate& best = *search.best();
  for (size_t s = 0; s < best.actions.size(); ++s)
    cascade.stages.push_back({outputs.utilizations[best.actions[s]], s < best.thresholds.size() ? best.thresholds[s] : 0});
  return cascade;
}

}  // namespace tnn
