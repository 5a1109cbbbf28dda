#include "evaluation/choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "core/error.h"

namespace tnn {
namespace {

double mean_of(const std::vector<double>& values) {
  return values.empty() ? 0 : std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// A choice that is filled sample by sample.
class Filling {
 public:
  Filling(std::string name, const ActionOutputs& outputs, const ActionCosts& costs) : outputs_(outputs), costs_(costs) {
    choice_.name = std::move(name);
    choice_.shares.resize(static_cast<size_t>(outputs.actions()));
  }

  /// A pass of the next sample at an action; `answer`: it is the last one.
  void pass(size_t action) {
    macs_ += costs_.macs[action];
    if (!costs_.latency_ms.empty()) latency_ += costs_.latency_ms[action];
  }
  void own(OwnCost cost) { macs_ += cost.macs, latency_ += cost.latency_ms; }
  /// The sample's answer is that of an action.
  void answer(size_t action) {
    const auto sample = static_cast<int64_t>(choice_.right.size());
    finish(outputs_.is_right(sample, static_cast<int64_t>(action)) ? 1 : 0);
    choice_.shares[action] += 1;
  }
  /// The sample is answered at each action with a probability: expected values.
  void drawn(const std::vector<double>& shares) {
    const auto sample = static_cast<int64_t>(choice_.right.size());
    double right = 0;
    for (size_t k = 0; k < shares.size(); ++k) {
      if (shares[k] == 0) continue;
      right += shares[k] * (outputs_.is_right(sample, static_cast<int64_t>(k)) ? 1 : 0);
      macs_ += shares[k] * costs_.macs[k];
      if (!costs_.latency_ms.empty()) latency_ += shares[k] * costs_.latency_ms[k];
      choice_.shares[k] += shares[k];
    }
    finish(right);
  }

  Choice done() {
    const double count = std::max<double>(1, static_cast<double>(choice_.right.size()));
    for (double& share : choice_.shares) share /= count;
    return std::move(choice_);
  }

 private:
  void finish(double right) {
    choice_.right.push_back(right);
    choice_.macs.push_back(macs_);
    if (!costs_.latency_ms.empty()) choice_.latency_ms.push_back(latency_);
    macs_ = latency_ = 0;
  }

  const ActionOutputs& outputs_;
  const ActionCosts& costs_;
  Choice choice_;
  double macs_ = 0, latency_ = 0;  ///< of the sample so far
};

size_t exact_action(const ActionOutputs& outputs, double u) {
  for (size_t k = 0; k < outputs.utilizations.size(); ++k)
    if (outputs.utilizations[k] == u) return k;
  throw UsageError(fmt::format("a cascade's stage at u = {} is none of the controller's {} actions", u, outputs.actions()));
}

std::vector<double> accuracies(const ActionOutputs& outputs) {
  std::vector<double> right(static_cast<size_t>(outputs.actions()));
  for (int64_t i = 0; i < outputs.size(); ++i)
    for (size_t k = 0; k < right.size(); ++k) right[k] += outputs.is_right(i, static_cast<int64_t>(k)) ? 1 : 0;
  for (double& value : right) value /= static_cast<double>(std::max<int64_t>(1, outputs.size()));
  return right;
}

/// Of two actions the share of the dearer one at which the mean cost is as asked for.
struct Mixture {
  size_t low = 0, high = 0;
  double share = 0;
  double of(const std::vector<double>& values) const { return values[low] + share * (values[high] - values[low]); }
};

Mixture best_mixture(const std::vector<double>& macs, const std::vector<double>& accuracy, double mean_macs) {
  const auto cheapest = static_cast<size_t>(std::min_element(macs.begin(), macs.end()) - macs.begin());
  Mixture best{cheapest, cheapest, 0};
  const auto take = [&](const Mixture& mixture) {
    if (mixture.of(accuracy) > best.of(accuracy)) best = mixture;
  };
  for (size_t k = 0; k < macs.size(); ++k)
    if (macs[k] <= mean_macs) take({k, k, 0});
  for (size_t low = 0; low < macs.size(); ++low)
    for (size_t high = 0; high < macs.size(); ++high) {
      if (macs[low] > mean_macs || macs[high] < mean_macs || macs[low] == macs[high]) continue;
      take({low, high, (mean_macs - macs[low]) / (macs[high] - macs[low])});
    }
  return best;
}

}  // namespace

double Choice::top1() const { return mean_of(right); }
double Choice::mean_macs() const { return mean_of(macs); }
double Choice::mean_latency_ms() const { return latency_ms.empty() ? -1 : mean_of(latency_ms); }
double Choice::mean_u(const std::vector<double>& utilizations) const {
  return std::inner_product(shares.begin(), shares.end(), utilizations.begin(), 0.0);
}

Choice fixed_choice(const ActionOutputs& outputs, const ActionCosts& costs, int64_t action) {
  const auto k = static_cast<size_t>(action);
  Filling filling(fmt::format("fixed u={}", outputs.utilizations[k]), outputs, costs);
  for (int64_t i = 0; i < outputs.size(); ++i) filling.pass(k), filling.answer(k);
  return filling.done();
}

Choice random_choice(const ActionOutputs& outputs, const ActionCosts& costs, const std::vector<double>& shares) {
  Filling filling("random", outputs, costs);
  for (int64_t i = 0; i < outputs.size(); ++i) filling.drawn(shares);
  return filling.done();
}

Choice chord_choice(const ActionOutputs& outputs, const ActionCosts& costs, double mean_macs) {
  const Mixture mixture = best_mixture(costs.macs, accuracies(outputs), mean_macs);
  std::vector<double> shares(static_cast<size_t>(outputs.actions()));
  shares[mixture.low] += 1 - mixture.share;
  shares[mixture.high] += mixture.share;
  Choice choice = random_choice(outputs, costs, shares);
  choice.name = "chord";
  return choice;
}

Choice cascade_choice(const ActionOutputs& outputs, const ActionCosts& costs, const Cascade& cascade) {
  Filling filling("cascade " + confidence_measure_name(cascade.measure), outputs, costs);
  std::vector<size_t> actions;
  for (const Cascade::Stage& stage : cascade.stages) actions.push_back(exact_action(outputs, stage.u));
  for (int64_t i = 0; i < outputs.size(); ++i) {
    size_t s = 0;
    filling.pass(actions[s]);
    while (s + 1 < actions.size() &&
           confidence(cascade.measure, outputs.of(i, static_cast<int64_t>(actions[s])), outputs.classes) < cascade.stages[s].threshold)
      filling.pass(actions[++s]);
    filling.answer(actions[s]);
  }
  return filling.done();
}

std::vector<double> macs_of_actions(const ActionCosts& costs, ControllerInput input) {
  std::vector<double> macs = costs.macs;
  if (looks_at_first_pass(input))
    for (size_t k = 1; k < macs.size(); ++k) macs[k] += macs.front();
  return macs;
}

Choice learned_choice(const ActionOutputs& outputs, const ActionCosts& costs, const std::vector<int64_t>& actions, ControllerInput input,
                      OwnCost own) {
  Filling filling("learned " + controller_input_name(input), outputs, costs);
  for (const int64_t action : actions) {
    filling.own(own);
    if (looks_at_first_pass(input)) filling.pass(0);
    if (!looks_at_first_pass(input) || action != 0) filling.pass(static_cast<size_t>(action));
    filling.answer(static_cast<size_t>(action));
  }
  return filling.done();
}

Choice oracle_choice(const ActionOutputs& outputs, const ActionCosts& costs) {
  std::vector<size_t> order(static_cast<size_t>(outputs.actions()));
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return costs.macs[a] < costs.macs[b]; });
  Filling filling("oracle", outputs, costs);
  for (int64_t i = 0; i < outputs.size(); ++i) {
    const auto right = std::find_if(order.begin(), order.end(), [&](size_t k) { return outputs.is_right(i, static_cast<int64_t>(k)); });
    const size_t action = right == order.end() ? order.front() : *right;
    filling.pass(action), filling.answer(action);
  }
  return filling.done();
}

}  // namespace tnn
