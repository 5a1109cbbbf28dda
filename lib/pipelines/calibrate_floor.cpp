#include "pipelines/calibrate_floor.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <stdexcept>

#include "core/error.h"
#include "cost/cost.h"
#include "data/dataset.h"
#include "data/set_identity.h"
#include "data/split.h"
#include "evaluation/choice.h"
#include "evaluation/floor_search.h"
#include "network/device.h"
#include "network/model_file.h"
#include "pipelines/damage_reports.h"
#include "pipelines/experiment.h"
#include "pipelines/frozen_outputs.h"
#include "pipelines/sweep_utilization.h"
#include "pipelines/trained_file.h"
#include "training/collect_outputs.h"
#include "training/controller_policy.h"

namespace tnn {
namespace {

/// The calibration samples, in order.
Loader open_samples(const FloorOptions& options, const ModelDescription& description) {
  const DatasetOnDisk dataset = find_dataset(description.dataset, options.model.data.root);
  const SweepOptions how = sweep_options(options.model.data, options.model.evaluation, options.model.run);
  if (options.split == "test") return load_test_data(description, dataset, how);
  if (options.model.resolved_yaml.empty())
    throw UsageError("a model file does not say which samples were held out of its training: name its run folder, or --split test");
  const DataSettings& data = options.model.data;
  auto images = std::make_shared<ImageSet>(load_split(dataset.card, dataset.folder, "train", data.train_limit));
  auto split = validation_split(*images->targets, data.validation_fraction, options.model.run.seed);
  if (split.validation.empty())
    throw UsageError("its recipe held no validation image out of training (data.validation_fraction): --split test");
  check_classes(*images->targets, description, dataset.folder);
  check_held_out(options.model.model, *images, split.validation);
  if (!options.controller.empty()) check_held_out(options.controller, *images, split.validation);
  return Loader(std::move(images), std::move(split.validation), evaluation_loading(description, dataset, how));
}

void check_target(const FloorOptions& options) {
  const RiskTarget& target = options.target;
  if (!(target.risk > 0 && target.risk < 1)) throw UsageError(fmt::format("--risk {} is outside (0, 1)", target.risk));
  if (!(target.confidence > 0 && target.confidence < 1))
    throw UsageError(fmt::format("--confidence {} is outside (0, 1)", target.confidence));
  if (std::ranges::adjacent_find(options.stages, std::greater_equal<>()) != options.stages.end())
    throw UsageError("--stages do not rise (allowed: rising utilizations, such as 0.25,0.5,1)");
}

/// The utilizations of all operating points, and of a cascade's stages those of their points.
std::vector<double> point_utilizations(const ModelDescription& description) {
  std::vector<double> utilizations;
  for (const OperatingPoint& point : description.points) utilizations.push_back(point.u);
  return utilizations;
}

std::vector<double> stage_utilizations(const FloorOptions& options, const ModelDescription& description) {
  std::vector<double> stages;
  for (const double u : options.stages) {
    const double of_point = description.points[static_cast<size_t>(point_at(description, u))].u;
    if (stages.empty() || stages.back() < of_point) stages.push_back(of_point);
  }
  const double full = description.points.back().u;
  if (stages.empty() || stages.back() != full) stages.push_back(full);
  return stages;
}

void check_enough(int64_t samples, const RiskTarget& asked, const RiskTarget& each) {
  if (samples < samples_needed(each))
    throw UsageError(
        fmt::format("{} held-out samples cannot show a risk of at most {} at confidence {}: {} are needed, without a loss (allowed: a "
                    "higher --risk, a lower --confidence, a larger split)",
                    samples, asked.risk, asked.confidence, samples_needed(each)));
}

struct LearnedController {
  ControllerDescription description;
  Network network;
};

LearnedController open_controller(const FloorOptions& options, const Network& network) {
  const SafetensorsFile file(options.controller);
  ControllerDescription description = controller_from_metadata(file.metadata(), options.controller.string());
  check_datapath(description, options.controller, options.model.model);
  return {std::move(description), load_network(options.controller, network.device(), options.model.run.channels_last)};
}

/// What the controller does where its choices are raised to the only stage of a setting. `outputs` are of its actions.
std::function<Choice(const Cascade&)> raised_choices(const LearnedController& learned, const ActionOutputs& outputs,
                                                     const ActionCosts& costs, Loader& loader) {
  const Graph& graph = learned.network.graph();
  const OwnCost own{static_cast<double>(network_cost(graph, Configuration::full(graph)).macs), 0};
  std::vector<int64_t> chosen = chosen_actions(learned.network, learned.description.input, outputs, loader);
  return [&, own, chosen = std::move(chosen)](const Cascade& setting) {
    const int64_t least = action_of(learned.description.actions, setting.stages.front().u);
    std::vector<int64_t> actions = chosen;
    for (int64_t& action : actions) action = std::max(action, least);
    return learned_choice(outputs, costs, actions, learned.description.input, own);
  };
}

}  // namespace

CalibratedFloor calibrate_floor(const FloorOptions& options, Progress& progress) {
  check_target(options);
  Network network = load_network(options.model.model, choose_device(options.model.run.device), options.model.run.channels_last);
  const ModelDescription& description = network.description();
  if (description.task != "classification")
    throw UsageError(
        fmt::format("'{}' is trained for {}: a floor is certified of classifiers", options.model.model.string(), description.task));
  Loader loader = open_samples(options, description);
  DamageReports reports(progress, loader.set());
  std::optional<LearnedController> learned;
  if (!options.controller.empty()) learned.emplace(open_controller(options, network));
  const std::vector<double> utilizations = learned ? learned->description.actions : point_utilizations(description);
  const auto features = learned ? features_of(learned->description, description) : std::nullopt;
  network = with_features(std::move(network), features);
  const ActionOutputs outputs = collect_outputs(network, loader, utilizations, reports, features ? &*features : nullptr);
  const ActionCosts costs = action_costs(description, utilizations);
  const auto cascade = [&](const Cascade& setting) { return cascade_choice(outputs, costs, setting); };

  std::vector<SettingSequence> sequences;
  if (learned) {
    sequences.push_back({fixed_settings(utilizations), raised_choices(*learned, outputs, costs, loader)});
  } else {
    if (options.rule != "cascade") sequences.push_back({fixed_settings(utilizations), cascade});
    if (options.rule != "fixed") sequences.push_back({cascade_settings(stage_utilizations(options, description)), cascade});
  }
  const RiskTarget each = shared_target(options.target, sequences.size());
  check_enough(outputs.size(), options.target, each);
  const Choice full = fixed_choice(outputs, costs, outputs.actions() - 1);
  const auto best = cheapest_certified(sequences, full, options.target);
  if (!best) throw std::logic_error("the full network, which has no loss, was not certified");
  CalibratedFloor floor;
  FloorCertificate& certificate = floor.certificate;
  certificate.setting = best->setting;
  certificate.risk = options.target.risk;
  certificate.confidence = options.target.confidence;
  certificate.samples = outputs.size();
  certificate.losses = best->certified.losses;
  certificate.p_value = best->certified.p_value;
  certificate.level = 1 - each.confidence;
  certificate.calibration = description.dataset + " " + options.split;
  certificate.data = samples_identity(*loader.set(), outputs.samples);
  floor.mean_macs = best->choice.mean_macs(), floor.full_macs = full.mean_macs();
  floor.top1 = best->choice.top1(), floor.full_top1 = full.top1();
  floor.rule = learned ? "controller" : certificate.setting.stages.size() > 1 ? "cascade" : "fixed";
  floor.file = learned ? options.controller : options.model.model;
  certificate.network = model_identity(SafetensorsFile(floor.file));
  write_floor(floor.file, certificate);
  return floor;
}

Table floor_table(const CalibratedFloor& floor) {
  const FloorCertificate& c = floor.certificate;
  std::string stages, thresholds;
  for (const Cascade::Stage& stage : c.setting.stages) {
    stages += (stages.empty() ? "" : ",") + fmt::format("{}", stage.u);
    if (c.setting.stages.size() > 1) thresholds += (thresholds.empty() ? "" : ",") + fmt::format("{}", stage.threshold);
  }
  return {{"rule", "u", "thresholds", "risk", "confidence", "samples", "losses", "p_value", "level", "mean_macs", "full_macs", "top1",
           "full_top1"},
          {{floor.rule, stages, thresholds, fmt::format("{}", c.risk), fmt::format("{}", c.confidence), std::to_string(c.samples),
            std::to_string(c.losses), fmt::format("{}", c.p_value), fmt::format("{}", c.level), fmt::format("{}", floor.mean_macs),
            fmt::format("{}", floor.full_macs), fmt::format("{}", floor.top1), fmt::format("{}", floor.full_top1)}},
          {false, false, false, true, true, true, true, true, true, true, true, true, true}};
}

}  // namespace tnn
