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
#include "pipelines/width_latency.h"
#include "training/calibration.h"
#include "training/collect_outputs.h"
#include "training/validation.h"

namespace tnn {
namespace {

constexpr const char* kAllowedBudgets =
    "macs=SHARES of the full network's multiply-accumulates, such as macs=0.25,0.5; u=UTILIZATIONS; latency_ms=MILLISECONDS";
constexpr int kLatencyTries = 4;  ///< searches for a latency, each with a budget that makes up for what the last one was beyond it

using WidthCost = std::function<double(const Widths&)>;

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
int uniform_point(const ModelDescription& description, const WidthCost& cost, double limit) {
  int best = kNone;
  double most = -1;
  for (size_t i = 0; i < description.points.size(); ++i) {
    const Configuration& configuration = description.points[i].configuration;
    if (!is_uniform(configuration)) continue;
    const double of_point = cost(widths_of(configuration));
    if (of_point <= limit * (1 + 1e-9) && of_point > most) best = static_cast<int>(i), most = of_point;
  }
  return best;
}

double macs_of_point(const ModelDescription& description, int point) {
  return macs_of(description.graph, widths_of(description.points[static_cast<size_t>(point)].configuration));
}

Widths least_widths(const ModelDescription& description) {
  Widths least;
  for (const Gate& gate : description.graph.gates()) least.push_back(least_active(description.gating, gate));
  return least;
}

/// The search over one network.
class Search {
 public:
  Search(const ModelDescription& description, WidthLosses losses, WidthCost cost, Progress& progress)
      : description_(description),
        losses_(std::move(losses)),
        cost_(std::move(cost)),
        progress_(progress),
        search_(least_widths(description), widths_of(Configuration::full(description.graph)), {loss(), costs()}),
        above_(search_.measure(widths_of(Configuration::full(description.graph)))) {}

  /// The best widths within a budget; budgets come from the largest to the smallest.
  MeasuredWidths within(const WidthBudgets::Budget& budget) {
    above_ = search_.narrowed(above_, budget.limit);
    MeasuredWidths best = above_;
    if (best.cost > budget.limit) throw UsageError(unmet(budget));
    best = search_.exchanged(best, budget.limit);
    if (const int uniform = uniform_point(description_, cost_, budget.limit); uniform != kNone) {
      const MeasuredWidths from_uniform =
          search_.exchanged(search_.measure(widths_of(description_.points[static_cast<size_t>(uniform)].configuration)), budget.limit);
      if (from_uniform.loss < best.loss) best = from_uniform;
    }
    progress_.message(fmt::format("u = {:.4g}: loss {:.4f} at a cost of {:.5g} of {:.5g}, {} widths measured", budget.u, best.loss,
                                  best.cost, budget.limit, measured()));
    return best;
  }
  int64_t measured() const { return search_.measured(); }

 private:
  std::function<std::vector<double>(const std::vector<Widths>&)> loss() {
    return [this](const std::vector<Widths>& widths) { return losses_.measure(widths); };
  }
  std::function<std::vector<double>(const std::vector<Widths>&)> costs() const {
    return [this](const std::vector<Widths>& widths) {
      std::vector<double> costs;
      for (const Widths& one : widths) costs.push_back(cost_(one));
      return costs;
    };
  }

  std::string unmet(const WidthBudgets::Budget& budget) const {
    const double least = cost_(least_widths(description_)), full = cost_(widths_of(Configuration::full(description_.graph)));
    return fmt::format(
        "a budget of {:.6g}, a share of {:.4f}: the narrowest network needs {:.6g}, a share of {:.4f} (allowed: budgets from there on)",
        budget.limit, budget.limit / full, least, least / full);
  }

  const ModelDescription& description_;
  WidthLosses losses_;
  const WidthCost cost_;
  Progress& progress_;
  MeasuredSearch search_;
  MeasuredWidths above_;
};

/// What was found for a budget, and the model's own operating point of that cost; kNone where all of those cost more.
struct Candidate {
  WidthBudgets::Budget budget;
  Widths widths;
  int uniform = kNone;
};

/// These widths and the full network at the end; equal ones are one operating point.
std::vector<OperatingPoint> table_of(const Graph& graph, const std::vector<Candidate>& candidates) {
  std::vector<double> utilizations;
  std::vector<Configuration> configurations;
  for (const Candidate& candidate : candidates) {
    utilizations.push_back(candidate.budget.u);
    configurations.push_back(first_groups(graph, candidate.widths));
  }
  utilizations.push_back(1);
  configurations.push_back(Configuration::full(graph));
  return learned_operating_points(utilizations, configurations);
}

/// The model with these operating points; `unmeasured`: those whose statistics are to be measured.
StoredModel with_table(StoredModel model, const std::vector<Candidate>& candidates, std::vector<int>& unmeasured) {
  model.description.gating.strategy = "searched";
  model.description.gating.rounding = Rounding::ceil;
  unmeasured = set_points(model, table_of(model.description.graph, candidates));
  return model;
}

Network with_points(const StoredModel& model, const std::vector<Candidate>& candidates, const TrainingData& data,
                    const WidthSearchOptions& options) {
  std::vector<int> unmeasured;
  Network network = to_network(with_table(model, candidates, unmeasured), options.model.run);
  calibrate_batch_norm(network, data, unmeasured, options.recalibration_images, options.model.run.seed);
  return network;
}

/// A network with one operating point to overwrite beside the full one.
Network scratch_network(const StoredModel& model, const WidthSearchOptions& options) {
  std::vector<int> unmeasured;
  return to_network(with_table(model, {{{0.5, 0}, least_widths(model.description), kNone}}, unmeasured), options.model.run);
}

/// The training samples, some of them held out.
TrainingData held_out_samples(const ModelDescription& description, const WidthSearchOptions& options) {
  if (options.model.resolved_yaml.empty())
    throw UsageError("a model file does not say which samples were held out of its training: name its run folder");
  TrainingData data = training_samples(description, options.model);
  if (data.validation.empty())
    throw UsageError("its recipe held no validation image out of training (data.validation_fraction), on which widths could be compared");
  check_held_out(options.model.model, *data.images, data.validation);
  return data;
}

/// Searches by predicted latencies until what was found keeps to the budget when it is measured.
Widths within_latency(Search& search, const WidthLatency& latency, const WidthBudgets::Budget& budget) {
  WidthBudgets::Budget asked = budget;
  Widths widths;
  for (int i = 0; i < kLatencyTries; ++i) {
    widths = search.within(asked).widths;
    const double took = latency.measure({widths}).front();
    if (took <= budget.limit) break;
    asked.limit *= 0.99 * budget.limit / took;
  }
  return widths;
}

JudgedWidths judged(const Graph& graph, const Configuration& configuration, double top1) {
  JudgedWidths widths{{}, network_cost(graph, configuration).macs, top1};
  for (const ActiveGroups& groups : configuration.gates) widths.groups.push_back(groups.count());
  return widths;
}

/// How candidates and the uniform points beside them do on all validation samples.
WidthSearchResult judge(const Network& searched, const Network& network, const std::vector<Candidate>& candidates, const Task& task,
                        const TrainingData& data) {
  const ModelDescription& description = network.description();
  std::vector<Execution> at_searched, at_uniform;
  for (const Candidate& candidate : candidates) {
    at_searched.push_back(searched.at_point(point_at(searched.description(), candidate.budget.u)));
    at_uniform.push_back(network.at_point(std::max(0, candidate.uniform)));
  }
  at_searched.push_back(searched.at_point(static_cast<int>(searched.description().points.size()) - 1));
  const int64_t batch = evaluation_batch(network.graph(), 0);
  const std::vector<double> top1 = validate(searched, task, data, at_searched, batch),
                            uniform = validate(network, task, data, at_uniform, batch);
  WidthSearchResult result;
  for (const Gate& gate : network.graph().gates()) result.gates.push_back(gate.name), result.widths.push_back(gate.groups);
  result.validation = static_cast<int64_t>(data.validation.size());
  result.full_top1 = top1.back();
  for (size_t i = 0; i < candidates.size(); ++i) {
    const Candidate& candidate = candidates[i];
    SearchedPoint point;
    point.u = candidate.budget.u;
    point.searched = judged(network.graph(), first_groups(network.graph(), candidate.widths), top1[i]);
    if (candidate.uniform != kNone) {
      point.uniform = judged(network.graph(), description.points[static_cast<size_t>(candidate.uniform)].configuration, uniform[i]);
      point.keeps_uniform = uniform[i] > top1[i];
    }
    result.points.push_back(std::move(point));
  }
  return result;
}

/// What is kept and the uniform points, in one run, in turn.
void measure_latencies(const WidthLatency& latency, const std::vector<Candidate>& candidates, const ModelDescription& description,
                       WidthSearchResult& result) {
  std::vector<Widths> widths;
  for (const Candidate& candidate : candidates) {
    widths.push_back(candidate.widths);
    widths.push_back(candidate.uniform == kNone ? candidate.widths
                                                : widths_of(description.points[static_cast<size_t>(candidate.uniform)].configuration));
  }
  const std::vector<double> milliseconds = latency.measure(widths);
  for (size_t i = 0; i < candidates.size(); ++i) {
    SearchedPoint& point = result.points[i];
    (point.keeps_uniform ? *point.uniform : point.searched).latency_ms = milliseconds[2 * i];
    if (point.uniform) point.uniform->latency_ms = milliseconds[2 * i + 1];
  }
  result.latency_error = latency.error();
}

void compare_on_test(const Network& searched, const Network& network, const std::vector<Candidate>& candidates, WidthSearchResult& result,
                     const WidthSearchOptions& options, Progress& progress) {
  const ModelDescription& description = network.description();
  const DatasetOnDisk dataset = find_dataset(description.dataset, options.model.data.root);
  Loader loader = load_test_data(description, dataset, sweep_options(options.model.data, options.model.evaluation, options.model.run));
  DamageReports reports(progress, loader.set());
  const auto choices = [&](const Network& of, const std::vector<double>& utilizations) {
    const ActionOutputs outputs = collect_outputs(of, loader, utilizations, reports);
    const ActionCosts costs = action_costs(of.description(), utilizations);
    std::vector<Choice> all;
    for (int64_t k = 0; k < outputs.actions(); ++k) all.push_back(fixed_choice(outputs, costs, k));
    return all;
  };
  std::vector<double> of_searched, of_uniform;
  for (const Candidate& candidate : candidates) {
    of_searched.push_back(candidate.budget.u);
    of_uniform.push_back(description.points[static_cast<size_t>(std::max(0, candidate.uniform))].u);
  }
  const std::vector<Choice> ours = choices(searched, of_searched), theirs = choices(network, of_uniform);
  for (size_t i = 0; i < candidates.size(); ++i) {
    SearchedPoint& point = result.points[i];
    point.test_top1 = ours[i].top1();
    if (!point.uniform) continue;
    point.test = compare_choices(ours[i], theirs[i]);
    point.test_uniform_top1 = theirs[i].top1();
  }
}

std::string widths_text(const WidthSearchResult& result, const JudgedWidths& widths) {
  std::string text;
  for (size_t g = 0; g < result.gates.size(); ++g)
    text += fmt::format("{}{} {}/{}", g ? ", " : "", result.gates[g], widths.groups[g], result.widths[g]);
  return text;
}

}  // namespace

WidthBudgets parse_budgets(const std::string& text, const ModelDescription& description, const std::function<double()>& full_latency_ms) {
  const size_t equals = text.find('=');
  const std::string kind = text.substr(0, equals);
  if (equals == std::string::npos || (kind != "macs" && kind != "u" && kind != "latency_ms"))
    throw UsageError(fmt::format("--budget '{}': what is limited is not said (allowed: {})", text, kAllowedBudgets));
  const double full_macs = macs_of(description.graph, widths_of(Configuration::full(description.graph)));
  WidthBudgets result{kind == "latency_ms", {}};
  std::vector<double> values;
  for (size_t begin = equals + 1; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    const auto value = finite_number(text.substr(begin, end - begin));
    if (!value || !(*value > 0) || (!result.of_latency && *value >= 1))
      throw UsageError(fmt::format("--budget '{}': '{}' is no number {} (allowed: {})", text, text.substr(begin, end - begin),
                                   result.of_latency ? "above 0" : "in (0, 1)", kAllowedBudgets));
    values.push_back(*value);
    begin = end + 1;
  }
  const double full = result.of_latency ? full_latency_ms() : full_macs;
  for (const double value : values) {
    WidthBudgets::Budget budget{value, value * full};
    if (result.of_latency) budget = {value / full, value};
    if (kind == "u") budget.limit = macs_of_point(description, point_at(description, value));
    if (budget.limit >= full)
      throw UsageError(fmt::format("--budget '{}': {} is what the full network costs or more ({:.4g})", text, value, full));
    result.budgets.push_back(budget);
  }
  std::ranges::sort(result.budgets, {}, &WidthBudgets::Budget::u);
  if (const auto same = std::ranges::adjacent_find(result.budgets, {}, &WidthBudgets::Budget::u); same != result.budgets.end())
    throw UsageError(fmt::format("--budget '{}': the same is there twice", text));
  return result;
}

WidthSearchResult search_widths(const WidthSearchOptions& options, Progress& progress) {
  options.model.inputs.check("--out", options.out);
  const StoredModel stored = read_stored_model(options.model.model);
  const ModelDescription& description = stored.description;
  check_model(description, options.model.model);
  const TrainingData data = held_out_samples(description, options);
  const Graph& graph = description.graph;
  std::optional<WidthLatency> latency;
  const WidthBudgets budgets = parse_budgets(options.budget, description, [&] {
    latency.emplace(stored, least_widths(description), options.model.run.seed);
    return latency->measure({widths_of(Configuration::full(graph))}).front();
  });
  const WidthCost cost = [&](const Widths& widths) { return latency ? latency->predict(widths) : macs_of(graph, widths); };
  const Network network = to_network(stored, options.model.run);
  const auto task = make_task(description.task, {description.class_names, 0, {}});

  Search search(description, WidthLosses(scratch_network(stored, options), *task, data, options.samples, options.model.run.seed), cost,
                progress);
  std::vector<Candidate> candidates;
  for (size_t i = budgets.budgets.size(); i-- > 0;) {
    Candidate candidate{budgets.budgets[i], {}, kNone};
    candidate.widths = latency ? within_latency(search, *latency, candidate.budget) : search.within(candidate.budget).widths;
    candidate.uniform = uniform_point(description, cost, candidate.budget.limit);
    candidates.insert(candidates.begin(), std::move(candidate));
  }

  // What was chosen on some samples is judged on all that were held out, with the statistics that the file will have.
  Network searched = with_points(stored, candidates, data, options);
  WidthSearchResult result = judge(searched, network, candidates, *task, data);
  result.measured = search.measured();
  bool any_uniform = false;
  for (size_t i = 0; i < candidates.size(); ++i)
    if (result.points[i].keeps_uniform) {
      candidates[i].widths = widths_of(description.points[static_cast<size_t>(candidates[i].uniform)].configuration);
      any_uniform = true;
    }
  if (any_uniform) searched = with_points(stored, candidates, data, options);
  for (OperatingPoint& point : searched.description().points)
    for (const SearchedPoint& one : result.points)
      if (one.u == point.u) point.validation_accuracy = one.kept().top1;
  searched.description().points.back().validation_accuracy = result.full_top1;
  if (latency) measure_latencies(*latency, candidates, description, result);
  if (options.test) compare_on_test(searched, network, candidates, result, options, progress);
  save_network(options.out, searched);
  return result;
}

Table width_search_table(const WidthSearchResult& result, bool for_programs) {
  Table table;
  const auto column = [&](const char* name, bool numeric = true) {
    table.columns.emplace_back(name);
    table.numeric.push_back(numeric);
  };
  const bool tested = std::ranges::any_of(result.points, [](const SearchedPoint& point) { return point.test_top1 >= 0; });
  for (const char* name : {"u", "macs", "top1", "uniform_macs", "uniform_top1"}) column(name);
  column("kept", false);
  if (result.latency_error)
    for (const char* name : {"latency_ms", "uniform_latency_ms"}) column(name);
  if (tested)
    for (const char* name : {"test_top1", "test_uniform_top1", "test_difference", "difference_low", "difference_high", "p_value"})
      column(name);
  column("widths", false);
  const auto number = [&](double value) { return for_programs ? fmt::format("{}", value) : fmt::format("{:.4f}", value); };
  const auto known = [&](bool is, double value) { return is ? number(value) : ""; };
  for (const SearchedPoint& point : result.points) {
    const bool has = point.uniform.has_value();
    std::vector<std::string> row{for_programs ? fmt::format("{}", point.u) : fmt::format("{:.4g}", point.u),
                                 std::to_string(point.kept().macs),
                                 number(point.kept().top1),
                                 has ? std::to_string(point.uniform->macs) : "",
                                 known(has, has ? point.uniform->top1 : 0),
                                 point.keeps_uniform ? "uniform" : "searched"};
    if (result.latency_error) {
      row.push_back(number(point.kept().latency_ms));
      row.push_back(known(has, has ? point.uniform->latency_ms : 0));
    }
    if (tested) {
      const bool compared = point.test.has_value();
      const PairedDifference difference = compared ? point.test->top1 : PairedDifference();
      row.push_back(number(point.test_top1));
      row.push_back(known(compared, point.test_uniform_top1));
      for (const double value : {difference.mean, difference.low, difference.high, compared ? point.test->p_value : 1})
        row.push_back(known(compared, value));
    }
    row.push_back(widths_text(result, point.kept()));
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace tnn
