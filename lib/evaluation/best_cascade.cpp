#include <algorithm>
#include <optional>

#include "evaluation/choice.h"

namespace tnn {
namespace {

constexpr size_t kThresholds = 40;      ///< tried of a stage, at equal steps of its samples' confidence
constexpr size_t kActionsOfThree = 32;  ///< that cascades of three stages are made of: evenly spread where there are more

/// Everything the search reads, by sample and action.
struct Table {
  size_t samples = 0, actions = 0;
  std::vector<char> right;                      ///< [samples, actions]
  std::vector<uint8_t> rank;                    ///< [samples, actions]: the lowest threshold that a sample does not stop at
  std::vector<std::vector<double>> thresholds;  ///< of each action, rising; the last one stops nothing
};

/// Quantiles of the confidences at an action, and one above all.
std::vector<double> thresholds_of(std::vector<double> confidences) {
  std::sort(confidences.begin(), confidences.end());
  std::vector<double> thresholds;
  for (size_t q = 1; q <= kThresholds; ++q) thresholds.push_back(confidences[q * (confidences.size() - 1) / kThresholds]);
  thresholds.push_back(2);  // above every confidence, and a number in JSON
  thresholds.erase(std::unique(thresholds.begin(), thresholds.end()), thresholds.end());
  return thresholds;
}

Table make_table(const ActionOutputs& outputs, ConfidenceMeasure measure) {
  Table table{static_cast<size_t>(outputs.size()), static_cast<size_t>(outputs.actions()), {}, {}, {}};
  table.right.resize(table.samples * table.actions), table.rank.resize(table.right.size());
  for (size_t k = 0; k < table.actions; ++k) {
    const auto action = static_cast<int64_t>(k);
    std::vector<double> confidences;
    for (int64_t i = 0; i < outputs.size(); ++i) confidences.push_back(confidence(measure, outputs.of(i, action), outputs.classes));
    table.thresholds.push_back(thresholds_of(confidences));
    const std::vector<double>& thresholds = table.thresholds.back();
    for (size_t i = 0; i < table.samples; ++i) {
      const auto above = std::upper_bound(thresholds.begin(), thresholds.end(), confidences[i]);
      table.rank[i * table.actions + k] = static_cast<uint8_t>(above - thresholds.begin());
      table.right[i * table.actions + k] = outputs.is_right(static_cast<int64_t>(i), action);
    }
  }
  return table;
}

struct Candidate {
  std::vector<size_t> actions;
  std::vector<double> thresholds;  ///< of all stages but the last
};

/// Samples that meet a condition: how many, and how many of them each stage of a cascade answers right.
struct Count {
  int64_t all = 0, right[3] = {0, 0, 0};
  Count& operator+=(const Count& other) {
    all += other.all;
    for (size_t s = 0; s < 3; ++s) right[s] += other.right[s];
    return *this;
  }
};

/// Tries cascades of given stages at all thresholds. The samples are counted once by what they stop at; each pair of thresholds is then a
/// sum of counts.
class Search {
 public:
  Search(const Table& table, const std::vector<double>& macs, double most_macs)
      : table_(table), macs_(macs), most_(most_macs * static_cast<double>(table.samples)) {}

  /// One to three stages, by rising utilization.
  void try_stages(const std::vector<size_t>& actions) {
    const size_t stages = actions.size(), first = stages > 1 ? limits(actions[0]) : 1, second = stages > 2 ? limits(actions[1]) : 1;
    const std::vector<Count> counts = count(actions, first, second);
    const Count& all = counts.back();
    if (stages == 1) return take(all.right[0], cost(actions, all.all, 0, 0), {actions, {}});
    for (size_t a = 0; a + 1 < first; ++a) {
      const Count& on = counts[a * second + second - 1];  // go on after the first stage
      const int64_t right = all.right[0] - on.right[0];
      if (stages == 2) {
        take(right + on.right[1], cost(actions, all.all, on.all, 0), {actions, {threshold(actions[0], a)}});
        continue;
      }
      for (size_t b = 0; b + 1 < second; ++b) {
        const Count& further = counts[a * second + b];
        take(right + on.right[1] - further.right[1] + further.right[2], cost(actions, all.all, on.all, further.all),
             {actions, {threshold(actions[0], a), threshold(actions[1], b)}});
      }
    }
  }
  const std::optional<Candidate>& best() const { return best_; }

 private:
  double threshold(size_t action, size_t index) const { return table_.thresholds[action][index]; }
  size_t limits(size_t action) const { return table_.thresholds[action].size() + 1; }  // with the one that all samples pass
  double cost(const std::vector<size_t>& actions, int64_t first, int64_t second, int64_t third) const {
    const int64_t passes[] = {first, second, third};
    double sum = 0;
    for (size_t s = 0; s < actions.size(); ++s) sum += static_cast<double>(passes[s]) * macs_[actions[s]];
    return sum;
  }

  /// [first, second]: of the samples whose ranks at the first and the second stage are at most the place's indices.
  std::vector<Count> count(const std::vector<size_t>& actions, size_t first, size_t second) const {
    std::vector<Count> counts(first * second);
    for (size_t i = 0; i < table_.samples; ++i) {
      const size_t row = i * table_.actions;
      const size_t a = first > 1 ? table_.rank[row + actions[0]] : 0, b = second > 1 ? table_.rank[row + actions[1]] : 0;
      Count& place = counts[a * second + b];
      ++place.all;
      for (size_t s = 0; s < actions.size(); ++s) place.right[s] += table_.right[row + actions[s]];
    }
    for (size_t a = 0; a < first; ++a)
      for (size_t b = 1; b < second; ++b) counts[a * second + b] += counts[a * second + b - 1];
    for (size_t place = second; place < counts.size(); ++place) counts[place] += counts[place - second];
    return counts;
  }

  void take(int64_t right, double macs, Candidate candidate) {
    if (macs > most_ || (best_ && (right != best_right_ ? right < best_right_ : macs >= best_macs_))) return;
    best_ = std::move(candidate);
    best_right_ = right, best_macs_ = macs;
  }

  const Table& table_;
  const std::vector<double>& macs_;
  double most_;  ///< of all samples together
  std::optional<Candidate> best_;
  int64_t best_right_ = 0;
  double best_macs_ = 0;
};

/// The actions for cascades of three stages.
std::vector<size_t> spread(size_t actions) {
  std::vector<size_t> chosen;
  const size_t count = std::min(actions, kActionsOfThree);
  for (size_t i = 0; i < count; ++i) chosen.push_back(count > 1 ? i * (actions - 1) / (count - 1) : 0);
  return chosen;
}

}  // namespace

Cascade best_cascade(const ActionOutputs& outputs, const ActionCosts& costs, ConfidenceMeasure measure, double most_macs) {
  if (outputs.size() == 0) return {measure, {{outputs.utilizations.front(), 0}}};
  const Table table = make_table(outputs, measure);
  Search search(table, costs.macs, most_macs);
  for (size_t a = 0; a < table.actions; ++a) {
    search.try_stages({a});
    for (size_t b = a + 1; b < table.actions; ++b) search.try_stages({a, b});
  }
  const std::vector<size_t> of_three = spread(table.actions);
  for (size_t a = 0; a < of_three.size(); ++a)
    for (size_t b = a + 1; b < of_three.size(); ++b)
      for (size_t c = b + 1; c < of_three.size(); ++c) search.try_stages({of_three[a], of_three[b], of_three[c]});
  if (!search.best()) return {measure, {{outputs.utilizations.front(), 0}}};
  Cascade cascade{measure, {}};
  const Candidate& best = *search.best();
  for (size_t s = 0; s < best.actions.size(); ++s)
    cascade.stages.push_back({outputs.utilizations[best.actions[s]], s < best.thresholds.size() ? best.thresholds[s] : 0});
  return cascade;
}

}  // namespace tnn
