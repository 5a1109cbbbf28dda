#include "pipelines/sweep_controllers.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "cost/cost.h"
#include "data/dataset.h"
#include "evaluation/compare_controllers.h"
#include "evaluation/sweep.h"
#include "network/model_file.h"
#include "pipelines/damage_reports.h"
#include "pipelines/frozen_outputs.h"
#include "tasks/interval.h"
#include "training/collect_outputs.h"
#include "training/controller_policy.h"

namespace tnn {
namespace {

/// Latencies of the actions, where the curve has one for each of their points.
std::vector<double> latencies(const UtilizationCurve& curve, const ModelDescription& description, const std::vector<double>& actions) {
  std::vector<double> all;
  for (const double u : actions) {
    const auto same_point = [&](const CurvePoint& p) {
      return point_at(description, p.u) == point_at(description, u) && p.latency_ms >= 0;
    };
    const auto found = std::ranges::find_if(curve.points, same_point);
    if (found == curve.points.end()) return {};
    all.push_back(found->latency_ms);
  }
  return all;
}

OwnCost own_cost(const Network& controller, const SweepOptions& options, bool latency, Progress& progress) {
  OwnCost own;
  own.macs = static_cast<double>(network_cost(controller.graph(), Configuration::full(controller.graph())).macs);
  if (!latency) return own;
  std::vector<SweepPoint> whole(1);
  whole.front().configuration = Configuration::full(controller.graph());
  const Predictor predict =
      options.engine == kTorchEngine ? sliced_predictor(controller) : engine_predictor(options, options.controller, 1, Precision::fp32);
  measure_latency(controller, predict, whole, options.latency_repeats, progress);
  own.latency_ms = whole.front().latency_ms;
  return own;
}

ControllerRow row_of(const Choice& choice, const std::vector<double>& actions) {
  const auto count = static_cast<int64_t>(choice.right.size());
  const Interval interval = wilson_interval(std::llround(choice.top1() * static_cast<double>(count)), count);
  return {choice.name,  choice.top1(), interval.low, interval.high, choice.mean_u(actions), choice.mean_macs(), choice.mean_latency_ms(),
          choice.shares};
}

ControllerComparison comparison_of(const Choice& a, const Choice& b) {
  const ChoiceComparison pair = compare_choices(a, b);
  return {a.name,         b.name,        pair.top1.mean, pair.top1.low, pair.top1.high,
          pair.macs.mean, pair.macs.low, pair.macs.high, pair.p_value,  pair.better};
}

/// What the network says at a controller's actions; where this looks at features, the network is read again, to give them.
ActionOutputs outputs_of_actions(const SweepOptions& options, const Network& network, const ControllerDescription& controller,
                                 Loader& loader, Progress& progress) {
  const auto features = features_of(controller, network.description());
  if (!features) return collect_outputs(network, loader, controller.actions, progress);
  const Network with = with_features(load_network(options.model, network.device(), options.channels_last), features);
  return collect_outputs(with, loader, controller.actions, progress, &*features);
}

/// Another network at full width on the same samples, prepared as it expects them.
Choice vanilla_choice(const SweepOptions& options, const Network& network, const ActionOutputs& beside, Progress& progress) {
  const Network vanilla = load_network(options.vanilla, network.device(), options.channels_last);
  const ModelDescription& description = vanilla.description();
  if (description.dataset != network.description().dataset)
    throw UsageError(fmt::format("--vanilla '{}' is trained for the data set '{}', '{}' for '{}'", options.vanilla.string(),
                                 description.dataset, options.model.string(), network.description().dataset));
  Loader loader = load_test_data(description, find_dataset(description.dataset, options.data_root), options);
  DamageReports reports(progress, loader.set());
  const ActionOutputs outputs = collect_outputs(vanilla, loader, {1.0}, reports);
  if (outputs.samples != beside.samples || outputs.labels != beside.labels)
    throw UsageError(fmt::format("--vanilla '{}' reads other test samples ({}) than '{}' ({})", options.vanilla.string(), outputs.size(),
                                 options.model.string(), beside.size()));
  Choice choice = fixed_choice(outputs, action_costs(description, {1.0}), 0);
  choice.name = "vanilla";
  return choice;
}

bool is_compared(const Choice& choice) {
  return choice.name == "vanilla" || choice.name == "chord" || choice.name.rfind("cascade", 0) == 0 || choice.name == "fixed u=1";
}

}  // namespace

void add_controllers(const SweepOptions& options, const Network& network, Loader& loader, UtilizationCurve& curve, Progress& progress) {
  const ControllerDescription description =
      controller_from_metadata(SafetensorsFile(options.controller).metadata(), options.controller.string());
  check_datapath(description, options.controller, options.model);
  const Network controller = load_network(options.controller, network.device(), options.channels_last);
  const ActionOutputs outputs = outputs_of_actions(options, network, description, loader, progress);
  const std::vector<int64_t> actions = chosen_actions(controller, description.input, outputs, loader);
  ActionCosts costs = action_costs(network.description(), description.actions);
  costs.latency_ms = latencies(curve, network.description(), description.actions);
  const OwnCost own = own_cost(controller, options, !costs.latency_ms.empty(), progress);
  ControllerRivals rivals = controller_rivals(outputs, costs, description, actions, own);
  if (!options.vanilla.empty()) {
    rivals.choices.push_back(vanilla_choice(options, network, outputs, progress));
    rivals.choices.back().shares.insert(rivals.choices.back().shares.begin(), description.actions.size() - 1, 0.0);
  }
  curve.actions = description.actions;
  for (const Choice& choice : rivals.choices) curve.controllers.push_back(row_of(choice, description.actions));
  const Choice& learned = rivals.choices[rivals.learned];
  for (const Choice& choice : rivals.choices)
    if (is_compared(choice)) curve.comparisons.push_back(comparison_of(learned, choice));
  for (const ControllerComparison& pair : curve.comparisons)
    progress.message(fmt::format(
        "{} {} {}: {:+.2f} points of accuracy (95 %: {:+.2f} to {:+.2f}; McNemar's p = {:.2g}), mean MACs {:+.1f} %", pair.name,
        pair.better ? "is better than" : "is not shown to be better than", pair.other, 100 * pair.top1_difference, 100 * pair.low,
        100 * pair.high, pair.p_value, 100 * pair.macs_difference / std::max(1.0, learned.mean_macs() - pair.macs_difference)));
}

}  // namespace tnn
