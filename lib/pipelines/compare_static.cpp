#include "pipelines/compare_static.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/atomic_file.h"
#include "core/error.h"
#include "cost/cost.h"
#include "export/static_cut.h"
#include "graph/graph_json.h"
#include "meters/statistics.h"
#include "pipelines/initial_network.h"
#include "pipelines/train.h"

namespace tnn {
namespace {

namespace fs = std::filesystem;

/// One operating point of the recipe's network, with the graph of its static net as a file.
struct StaticNet {
  double u = 1;
  fs::path graph;
  int64_t macs = 0;
};

Settings settings_of(const CompareOptions& options, int64_t seed, const Recipe::Overrides& further) {
  Recipe::Overrides overrides = options.overrides;
  overrides.insert(overrides.end(), {fmt::format("training.seed={}", seed), "gates.method=none", "controller.method=none"});
  overrides.insert(overrides.end(), further.begin(), further.end());
  return read_settings(Recipe::load(options.recipe, overrides));
}

void check_options(const CompareOptions& options) {
  if (options.utilizations.empty()) throw UsageError("--u names no utilization (allowed: a list such as 0.25,0.5,1)");
  for (const double u : options.utilizations)
    if (!(u > 0 && u <= 1)) throw UsageError(fmt::format("--u {} is outside (0, 1]", u));
  if (options.seeds < 1) throw UsageError(fmt::format("--seeds {} (allowed: 1 and more)", options.seeds));
  if (!options.resume && fs::exists(options.out) && !(fs::is_directory(options.out) && fs::is_empty(options.out)))
    throw UsageError(fmt::format("'{}' exists and is not empty (allowed: a new folder, or --resume)", options.out.string()));
}

/// Cuts the static nets out of the recipe's network and writes their graphs; equal operating points once.
std::vector<StaticNet> static_nets(const CompareOptions& options) {
  const Settings settings = settings_of(options, 1, {});
  if (!settings.pretrained.file.empty())
    throw settings.fault("model.pretrained", "is set, but static networks of other widths cannot start from these weights: leave it out");
  const fs::path initial = options.out / "initial.safetensors";
  create_folder(options.out);
  write_initial_model(settings, initial);
  const StoredModel model = read_stored_model(initial);
  fs::remove(initial);
  std::vector<double> sorted = options.utilizations;
  std::ranges::sort(sorted);
  std::vector<StaticNet> nets;
  int before = -1;
  for (const double u : sorted) {
    const int point = point_at(model.description, u);
    if (point == before) continue;
    before = point;
    const Graph graph = cut_model(model, point).description.graph;
    const fs::path path = fs::absolute(options.out / fmt::format("static-{}.json", u));
    write_file_atomically(path, graph_to_json(graph, 1) + "\n");
    nets.push_back({u, path, network_cost(graph, Configuration::full(graph)).macs});
  }
  return nets;
}

/// Trains in a folder, or goes on with what is there, and sweeps.
UtilizationCurve trained_curve(const CompareOptions& options, const Settings& settings, const fs::path& folder, Progress& progress) {
  progress.message(fmt::format("{}:", folder.string()));
  TrainOptions training;
  training.out = folder;
  training.existing = RunFolder::Existing::resume;
  training.command = options.command;
  return train(settings, training, progress).curve;
}

std::string list_text(const std::vector<StaticNet>& nets) {
  std::vector<double> utilizations;
  for (const StaticNet& net : nets) utilizations.push_back(net.u);
  return fmt::format("{}", fmt::join(utilizations, ","));
}

/// Throttleable less static, over the seeds.
Estimate difference_of(const ComparedPoint& point) {
  std::vector<double> differences;
  for (size_t i = 0; i < point.separate.size(); ++i) differences.push_back(point.throttleable[i] - point.separate[i]);
  return estimate_mean(differences);
}

nlohmann::ordered_json point_json(const ComparedPoint& point, const Metric& metric) {
  const Estimate mean = difference_of(point);
  nlohmann::ordered_json json{{"u", point.u},
                              {"macs", point.macs},
                              {"metric", metric.name},
                              {"throttleable", point.throttleable},
                              {"static", point.separate},
                              {"difference", mean.value}};
  json["low"] = mean.low ? nlohmann::ordered_json(*mean.low) : nullptr;
  json["high"] = mean.high ? nlohmann::ordered_json(*mean.high) : nullptr;
  return json;
}

void write_comparison(const StaticComparison& comparison, const CompareOptions& options) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const ComparedPoint& point : comparison.points) rows.push_back(point_json(point, comparison.metric));
  write_file_atomically(options.out / "compare.json",
                        nlohmann::ordered_json{{"command", options.command}, {"seeds", options.seeds}, {"rows", rows}}.dump(1) + "\n");
}

}  // namespace

StaticComparison compare_with_static(const CompareOptions& options, Progress& progress) {
  check_options(options);
  const std::vector<StaticNet> nets = static_nets(options);
  StaticComparison comparison;
  for (const StaticNet& net : nets) comparison.points.push_back({net.u, net.macs, {}, {}});
  for (int64_t seed = 1; seed <= options.seeds; ++seed) {
    const fs::path folder = options.out / fmt::format("seed-{}", seed);
    const Settings whole = settings_of(options, seed, {"evaluation.u=" + list_text(nets)});
    const UtilizationCurve curve = trained_curve(options, whole, folder / "throttleable", progress);
    comparison.metric = curve.headline();
    for (size_t i = 0; i < nets.size(); ++i) {
      comparison.points[i].throttleable.push_back(curve.points.at(i).headline().value);
      const Settings small =
          settings_of(options, seed,
                      {"model.name=file", "model.file=" + nets[i].graph.string(), "gating.strategy=nested", "training.u_prior=uniform",
                       "training.u_per=batch", "training.curriculum_trains=all", "training.validation_u=[1]", "evaluation.u=distinct"});
      const UtilizationCurve own = trained_curve(options, small, folder / fmt::format("static-{}", nets[i].u), progress);
      comparison.points[i].separate.push_back(own.points.back().headline().value);
    }
    write_comparison(comparison, options);
  }
  return comparison;
}

Table comparison_table(const StaticComparison& comparison, bool for_programs) {
  const double factor = comparison.metric.fraction && !for_programs ? 100 : 1;
  const auto number = [&](double value) { return for_programs ? fmt::format("{}", value) : fmt::format("{:.2f}", factor * value); };
  Table table{{"u", "macs", "throttleable", "static", "difference", "low", "high", "seeds"}, {}, std::vector<bool>(8, true)};
  for (const ComparedPoint& point : comparison.points) {
    const Estimate mean = difference_of(point);
    table.rows.push_back({fmt::format("{}", point.u), std::to_string(point.macs), number(estimate_mean(point.throttleable).value),
                          number(estimate_mean(point.separate).value), number(mean.value), mean.low ? number(*mean.low) : "",
                          mean.high ? number(*mean.high) : "", std::to_string(point.separate.size())});
  }
  return table;
}

}  // namespace tnn
