#include "pipelines/search_widths.h"

#include <fmt/format.h>

#include <algorithm>

#include "conversion/measured_search.h"
#include "conversion/point_table.h"
#include "core/error.h"
#include "core/number_text.h"
#include "cost/cost.h"
#include "evaluation/choice.h"
#include "gating/learned.h"
#include "network/model_file.h"
#include "pipelines/damage_reports.h"
#include "pipelines/experiment.h"
#include "pipelines/frozen_outputs.h"
#include "pipelines/stored_network.h"
#include "pipelines/sweep_utilization.h"
#include "pipelines/trained_file.h"
#include "training/calibration.h"
#include "training/collect_outputs.h"
#include "training/validation.h"

namespace tnn {
namespace {

constexpr const char* kAllowedBudgets = "macs=SHARES of the full network's multiply-accumulates, such as macs=0.25,0.5, or u=UTILIZATIONS";

Widths widths_of(const Configuration& configuration) {
  Widths widths;
  for (const ActiveGroups& groups : configuration.gates) widths.push_back(groups.count());
  return widths;
}

bool is_uniform(const Configuration& configuration) { return std::ranges::all_of(configuration.gates, &ActiveGroups::is_prefix); }

double macs_of(const Graph& graph, const Widths& widths) {
  return static_cast<double>(network_cost(graph, first_groups(graph, widths)).macs);
}

void check_model(const ModelDescription& description, const std::filesystem::path& file) {
  if (description.task != "classification")
    throw UsageError(fmt::format("'{}' is trained for {}: widths are searched of classifiers", file.string(), description.task));
  if (description.graph.gates().empty()) throw UsageError(fmt::format("'{}' has no gates: tnn convert-reds makes some", file.string()));
  if (description.points.size() < 2)
    throw UsageError(fmt::format("'{}' has one operating point: there are no widths to choose", file.string()));
  if (!(description.points.back().configuration == Configuration::full(description.graph)))
    throw UsageError(fmt::format("the last operating point of '{}' is not the full network", file.string()));
}

/// The most costly of a model's own operating points of prefix gates within a budget; kNone where all are beyond it.
int uniform_point(const ModelDescription& description, double budget) {
  int best = kNone;
  double most = -1;
  for (size_t i = 0; i < description.points.size(); ++i) {
    const Configuration& configuration = description.points[i].configuration;
    const double macs = static_cast<double>(network_cost(description.graph, configuration).macs);
    if (is_uniform(configuration) && macs <= budget * (1 + 1e-9) && macs > most) best = static_cast<int>(i), most = macs;
  }
  return best;
}

Widths least_widths(const ModelDescription& description) {
  Widths least;
  for (const Gate& gate : description.graph.gates()) least.push_back(least_active(description.gating, gate));
  return least;
}

/// The search over one network.
class Search {
 public:
  Search(const ModelDescription& description, WidthLosses losses, Progress& progress)
      : description_(description),
        losses_(std::move(losses)),
        progress_(progress),
        search_(least_widths(description), widths_of(Configuration::full(description.graph)), {loss(), cost()}),
        above_(search_.measure(widths_of(Configuration::full(description.graph)))) {}

  /// The best widths within a budget; budgets come from the largest to the smallest.
  MeasuredWidths within(const WidthBudgets::Budget& budget) {
    above_ = search_.narrowed(above_, budget.macs);
    MeasuredWidths best = above_;
    if (best.cost > budget.macs) throw UsageError(unmet(budget));
    best = search_.exchanged(best, budget.macs);
    if (const int uniform = uniform_point(description_, budget.macs); uniform != kNone) {
      const MeasuredWidths from_uniform =
          search_.exchanged(search_.measure(widths_of(description_.points[static_cast<size_t>(uniform)].configuration)), budget.macs);
      if (from_uniform.loss < best.loss) best = from_uniform;
    }
    progress_.message(
        fmt::format("u = {}: loss {:.4f} at {:.4g} MMAC, {} widths measured", budget.u, best.loss, best.cost / 1e6, measured()));
    return best;
  }
  int64_t measured() const { return search_.measured(); }

 private:
  std::function<std::vector<double>(const std::vector<Widths>&)> loss() {
    return [this](const std::vector<Widths>& widths) { return losses_.measure(widths); };
  }
  std::function<std::vector<double>(const std::vector<Widths>&)> cost() const {
    return [this](const std::vector<Widths>& widths) {
      std::vector<double> costs;
      for (const Widths& one : widths) costs.push_back(macs_of(description_.graph, one));
      return costs;
    };
  }

  std::string unmet(const WidthBudgets::Budget& budget) const {
    const double least = macs_of(description_.graph, least_widths(description_)),
                 full = macs_of(description_.graph, widths_of(Configuration::full(description_.graph)));
    return fmt::format(
        "a budget of {:.0f} MACs, a share of {:.4f}: the narrowest network needs {:.0f}, a share of {:.4f} (allowed: budgets from "
        "there on)",
        budget.macs, budget.macs / full, least, least / full);
  }

  const ModelDescription& description_;
  WidthLosses losses_;
  Progress& progress_;
  MeasuredSearch search_;
  MeasuredWidths above_;
};

/// A table of these widths and the full network at the end; equal ones are one operating point.
std::vector<OperatingPoint> table_of(const Graph& graph, const std::vector<double>& utilizations, const std::vector<Widths>& widths) {
  std::vector<Configuration> configurations;
  for (const Widths& one : widths) configurations.push_back(first_groups(graph, one));
  return learned_operating_points(utilizations, configurations);
}

/// The network with these operating points, their statistics measured.
Network with_points(StoredModel model, std::vector<OperatingPoint> points, const TrainingData& data, const WidthSearchOptions& options) {
  model.description.gating.strategy = "searched";
  model.description.gating.rounding = Rounding::ceil;
  const std::vector<int> unmeasured = set_points(model, std::move(points));
  Network network = to_network(model, options.model.run);
  calibrate_batch_norm(network, data, unmeasured, options.recalibration_images, options.model.run.seed);
  return network;
}

JudgedWidths judged(const Graph& graph, const Configuration& configuration, double top1) {
  JudgedWidths widths{{}, network_cost(graph, configuration).macs, top1};
  for (const ActiveGroups& groups : configuration.gates) widths.groups.push_back(groups.count());
  return widths;
}

void compare_on_test(const Network& searched, const Network& uniform, const std::vector<int>& uniform_points, WidthSearchResult& result,
                     const WidthSearchOptions& options, Progress& progress) {
  const ModelDescription& description = uniform.description();
  const DatasetOnDisk dataset = find_dataset(description.dataset, options.model.data.root);
  Loader loader = load_test_data(description, dataset, sweep_options(options.model.data, options.model.evaluation, options.model.run));
  DamageReports reports(progress, loader.set());
  const auto choices = [&](const Network& network, const std::vector<double>& utilizations) {
    const ActionOutputs outputs = collect_outputs(network, loader, utilizations, reports);
    const ActionCosts costs = action_costs(network.description(), utilizations);
    std::vector<Choice> all;
    for (int64_t k = 0; k < outputs.actions(); ++k) all.push_back(fixed_choice(outputs, costs, k));
    return all;
  };
  std::vector<double> of_searched, of_uniform;
  for (size_t i = 0; i < result.points.size(); ++i) {
    of_searched.push_back(result.points[i].u);
    of_uniform.push_back(description.points[static_cast<size_t>(uniform_points[i])].u);
  }
  const std::vector<Choice> ours = choices(searched, of_searched), theirs = choices(uniform, of_uniform);
  for (size_t i = 0; i < result.points.size(); ++i) {
    result.points[i].test = compare_choices(ours[i], theirs[i]);
    result.points[i].test_top1 = ours[i].top1();
    result.points[i].test_uniform_top1 = theirs[i].top1();
  }
}

std::string widths_text(const WidthSearchResult& result, const JudgedWidths& widths) {
  std::string text;
  for (size_t g = 0; g < result.gates.size(); ++g)
    text += fmt::format("{}{} {}/{}", g ? ", " : "", result.gates[g], widths.groups[g], result.widths[g]);
  return text;
}

}  // namespace

WidthBudgets parse_budgets(const std::string& text, const ModelDescription& description) {
  const size_t equals = text.find('=');
  const std::string kind = text.substr(0, equals);
  if (equals == std::string::npos || (kind != "macs" && kind != "u"))
    throw UsageError(fmt::format("--budget '{}': what is limited is not said (allowed: {})", text, kAllowedBudgets));
  const double full = static_cast<double>(network_cost(description.graph, Configuration::full(description.graph)).macs);
  WidthBudgets result;
  for (size_t begin = equals + 1; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    const auto value = finite_number(text.substr(begin, end - begin));
    if (!value || !(*value > 0 && *value < 1))
      throw UsageError(
          fmt::format("--budget '{}': '{}' is no number in (0, 1) (allowed: {})", text, text.substr(begin, end - begin), kAllowedBudgets));
    double macs = *value * full;
    if (kind == "u") {
      const OperatingPoint& point = description.points[static_cast<size_t>(point_at(description, *value))];
      macs = static_cast<double>(network_cost(description.graph, point.configuration).macs);
      if (macs >= full) throw UsageError(fmt::format("--budget '{}': u = {} is the full network", text, *value));
    }
    result.budgets.push_back({*value, macs});
    begin = end + 1;
  }
  std::ranges::sort(result.budgets, {}, &WidthBudgets::Budget::u);
  if (const auto same = std::ranges::adjacent_find(result.budgets, {}, &WidthBudgets::Budget::u); same != result.budgets.end())
    throw UsageError(fmt::format("--budget '{}': {} is there twice", text, same->u));
  return result;
}

WidthSearchResult search_widths(const WidthSearchOptions& options, Progress& progress) {
  options.model.inputs.check("--out", options.out);
  const StoredModel stored = read_stored_model(options.model.model);
  const ModelDescription& description = stored.description;
  check_model(description, options.model.model);
  const Graph& graph = description.graph;
  const WidthBudgets budgets = parse_budgets(options.budget, description);
  const TrainingData data = training_samples(description, options.model);
  if (options.model.resolved_yaml.empty())
    throw UsageError("a model file does not say which samples were held out of its training: name its run folder");
  if (data.validation.empty())
    throw UsageError("its recipe held no validation image out of training (data.validation_fraction), on which widths could be compared");
  check_held_out(options.model.model, *data.images, data.validation);
  const Network network = to_network(stored, options.model.run);
  const auto task = make_task(description.task, {description.class_names, 0, {}});

  const Widths full = widths_of(Configuration::full(graph));
  StoredModel scratch = stored;
  set_points(scratch, table_of(graph, {0.5, 1}, {least_widths(description), full}));
  scratch.description.gating.strategy = "searched";
  Search search(description, WidthLosses(to_network(scratch, options.model.run), *task, data, options.samples, options.model.run.seed),
                progress);
  std::vector<double> utilizations{1};
  std::vector<Widths> chosen{full};
  std::vector<int> uniform;
  std::vector<Execution> at_uniform;
  for (size_t i = budgets.budgets.size(); i-- > 0;) {
    const WidthBudgets::Budget& budget = budgets.budgets[i];
    utilizations.insert(utilizations.begin(), budget.u);
    chosen.insert(chosen.begin(), search.within(budget).widths);
    uniform.insert(uniform.begin(), std::max(0, uniform_point(description, budget.macs)));
    at_uniform.insert(at_uniform.begin(), network.at_point(uniform.front()));
  }

  // What was chosen on some samples is judged on all that were held out, with the statistics that the file will have.
  const int64_t batch = evaluation_batch(graph, 0);
  Network searched = with_points(stored, table_of(graph, utilizations, chosen), data, options);
  std::vector<Execution> at_searched;
  for (const double u : utilizations) at_searched.push_back(searched.at_point(point_at(searched.description(), u)));
  const std::vector<double> top1 = validate(searched, *task, data, at_searched, batch),
                            uniform_top1 = validate(network, *task, data, at_uniform, batch);
  WidthSearchResult result;
  for (const Gate& gate : graph.gates()) result.gates.push_back(gate.name), result.widths.push_back(gate.groups);
  result.validation = static_cast<int64_t>(data.validation.size());
  bool any_uniform = false;
  for (size_t i = 0; i + 1 < utilizations.size(); ++i) {
    const Configuration& own = description.points[static_cast<size_t>(uniform[i])].configuration;
    SearchedPoint point{
        utilizations[i], judged(graph, first_groups(graph, chosen[i]), top1[i]), judged(graph, own, uniform_top1[i]), false, {}, 0, 0};
    if (static_cast<double>(point.uniform.macs) <= budgets.budgets[i].macs * (1 + 1e-9) && uniform_top1[i] > top1[i] && is_uniform(own)) {
      point.keeps_uniform = any_uniform = true;
      chosen[i] = widths_of(own);
    }
    result.points.push_back(std::move(point));
  }
  if (any_uniform) searched = with_points(stored, table_of(graph, utilizations, chosen), data, options);
  for (OperatingPoint& point : searched.description().points)
    for (const SearchedPoint& one : result.points)
      if (one.u == point.u) point.validation_accuracy = one.keeps_uniform ? one.uniform.top1 : one.searched.top1;
  searched.description().points.back().validation_accuracy = top1.back();
  result.measured = search.measured();
  if (options.test) compare_on_test(searched, network, uniform, result, options, progress);
  save_network(options.out, searched);
  return result;
}

Table width_search_table(const WidthSearchResult& result, bool for_programs) {
  Table table{{"u", "macs", "top1", "uniform_macs", "uniform_top1", "kept"}, {}, {true, true, true, true, true, false}};
  const bool tested = !result.points.empty() && result.points.front().test;
  if (tested)
    for (const char* column : {"test_top1", "test_uniform_top1", "test_difference", "difference_low", "difference_high", "p_value"}) {
      table.columns.emplace_back(column);
      table.numeric.push_back(true);
    }
  table.columns.emplace_back("widths");
  table.numeric.push_back(false);
  const auto fraction = [&](double value) { return for_programs ? fmt::format("{}", value) : fmt::format("{:.4f}", value); };
  for (const SearchedPoint& point : result.points) {
    const JudgedWidths& kept = point.keeps_uniform ? point.uniform : point.searched;
    table.rows.push_back({fmt::format("{}", point.u), std::to_string(kept.macs), fraction(kept.top1), std::to_string(point.uniform.macs),
                          fraction(point.uniform.top1), point.keeps_uniform ? "uniform" : "searched"});
    if (tested)
      for (const double value : {point.test_top1, point.test_uniform_top1, point.test->top1.mean, point.test->top1.low,
                                 point.test->top1.high, point.test->p_value})
        table.rows.back().push_back(fraction(value));
    table.rows.back().push_back(widths_text(result, kept));
  }
  return table;
}

}  // namespace tnn
