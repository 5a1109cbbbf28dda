#include "pipelines/bench.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/version.h"
#include "meters/bench_json.h"
#include "pipelines/bench_files.h"
#include "pipelines/bench_models.h"
#include "pipelines/output_check.h"
#include "pipelines/run_folder.h"

namespace tnn {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kMlperfSeconds = 600;
constexpr int64_t kMlperfQueries = 1024;

void check_seconds(const char* name, double seconds, bool may_be_zero) {
  if (!(seconds >= 0) || !std::isfinite(seconds) || (seconds == 0 && !may_be_zero))
    throw UsageError(fmt::format("{} is {} (allowed: seconds, {})", name, seconds, may_be_zero ? "0 or more" : "more than 0"));
}

void check_request(const BenchRequest& request) {
  check_seconds("--duration", request.seconds_per_point, false);
  check_seconds("--warm-up", request.plan.warm_up_seconds, true);
  check_seconds("--idle", request.plan.idle_seconds, true);
  if (request.plan.repetitions < 1) throw UsageError(fmt::format("--repetitions is {} (allowed: 1 or more)", request.plan.repetitions));
  if (request.resume && request.out.empty()) throw UsageError("--resume goes on with a benchmark that was kept: --out says where");
  CommandInputs inputs;
  inputs.add_model(request.run.model);
  for (const auto& other : request.compare) inputs.add_model(other);
  inputs.add("--input", request.run.input);
  inputs.add("--meter", recording_of(request.meter));
  if (!request.out.empty()) {
    check_folder_can_be_written(request.out);
    for (const char* name : {"bench.json", "bench.svg"}) inputs.check_kept("--out", request.out / name);
  }
}

/// The windows of the request, by the meter and MLPerf's rule.
BenchPlan planned(const BenchRequest& request, const EnergyWindows* energy, std::vector<std::string>& notes) {
  BenchPlan plan = request.plan;
  plan.root = request.meter.root;
  const double asked = request.mlperf ? std::max(kMlperfSeconds, request.seconds_per_point) * plan.repetitions : request.seconds_per_point;
  plan.window_seconds = window_seconds(asked, plan.repetitions, energy);
  if (plan.window_seconds * plan.repetitions > asked * (1 + 1e-9))
    notes.push_back(fmt::format("windows last {} s, the shortest that the meter resolves, and not {:.3g} s", plan.window_seconds,
                                asked / plan.repetitions));
  if (request.mlperf) plan.least_inferences = kMlperfQueries, plan.early_stopping = true;
  return plan;
}

BenchIdentity identity_of(const BenchRequest& request, const BenchPlan& plan, const BenchModels& models, const Meter* meter) {
  std::vector<double> utilizations;
  for (const WorkloadLabel& label : models.labels) utilizations.push_back(label.u);
  return {{"version", version()},
          {"models", models.contents},
          {"utilizations", utilizations},
          {"engine", models.networks.front()->network().engine().describe()},
          {"precision", precision_name(request.run.runtime.precision)},
          {"threads", request.run.runtime.threads},
          {"input", request.run.input.string()},
          {"meter", meter ? meter->name() : "none"},
          {"window_s", plan.window_seconds},
          {"repetitions", plan.repetitions},
          {"batches", plan.batches},
          {"seed", plan.seed},
          {"rule", request.mlperf ? "mlperf" : "none"}};
}

Json environment_of(const BenchRequest& request, const BenchModels& models, const Meter* meter, const std::vector<std::string>& notes) {
  Json environment(device_description(request.meter.root));
  environment["version"] = version();
  environment["build"] = build_description();
  environment["command"] = request.command;
  environment["date"] = utc_now();
  environment["model"] = models.networks.front()->name();
  environment["engine"] = models.networks.front()->network().engine().describe();
  environment["threads"] = request.run.runtime.threads;
  environment["engine_bytes"] = models.networks.front()->memory_bytes();
  environment["meter"] = meter ? Json(meter->name()) : Json(nullptr);
  environment["notes"] = notes;
  return environment;
}

/// How many repetitions of all workloads measurements hold, from the first on; drops what is beyond.
int whole_repetitions(std::vector<PointMeasurement>& measurements, size_t workloads) {
  int whole = 0;
  const auto in = [&](int repetition) {
    return static_cast<size_t>(
        std::count_if(measurements.begin(), measurements.end(), [&](const PointMeasurement& m) { return m.repetition == repetition; }));
  };
  while (workloads > 0 && in(whole) == workloads) ++whole;
  measurements.erase(
      std::remove_if(measurements.begin(), measurements.end(), [&](const PointMeasurement& m) { return m.repetition >= whole; }),
      measurements.end());
  return whole;
}

/// Meter, models and plan of a request.
struct Prepared {
  MeterChoice choice;
  std::optional<Sampler> sampler = {};
  BenchModels models = {};
  BenchPlan plan = {};
  std::vector<std::string> notes = {};

  EnergyWindows* energy() { return sampler ? &*sampler : nullptr; }
};

/// Into its place, as a sampler cannot be moved.
void prepare(const BenchRequest& request, Prepared& to) {
  if (to.choice.meter) to.sampler.emplace(*to.choice.meter);
  to.models = load_bench_models(request);
  to.notes = to.models.notes;
  const auto& of_meter = to.choice.meter ? to.choice.meter->notes() : to.choice.reasons;
  to.notes.insert(to.notes.end(), of_meter.begin(), of_meter.end());
  to.plan = planned(request, to.energy(), to.notes);
}

void summarize(const BenchModels& models, const std::vector<PointMeasurement>& measurements, BenchResult& result) {
  result.rows = bench_rows(models.labels, measurements);
  result.statements = bench_statements(result.rows);
}

}  // namespace

BenchResult run_bench(const BenchRequest& request, Progress& progress) {
  check_request(request);
  Prepared prepared{open_meter(request.meter)};
  prepare(request, prepared);
  const Meter* meter = prepared.choice.meter.get();
  progress.message(meter ? "meter: " + meter->name() : "no meter: power and energy are not measured");
  for (const std::string& note : prepared.notes) progress.message(note);

  const BenchModels& models = prepared.models;
  const BenchFile file(request.out, identity_of(request, prepared.plan, models, meter));
  const Json environment = environment_of(request, models, meter, prepared.notes);
  std::vector<PointMeasurement> measurements;
  if (request.resume) measurements = file.finished();
  const auto workloads = models.all();
  const int repetitions = prepared.plan.repetitions, first = whole_repetitions(measurements, workloads.size());
  BenchResult result;
  summarize(models, measurements, result);
  progress.begin("bench", static_cast<int64_t>(workloads.size()) * repetitions, "points");
  for (int repetition = first; repetition < repetitions; ++repetition) {
    for (PointMeasurement& m : run_repetition(prepared.plan, repetition, workloads, prepared.energy(), progress))
      measurements.push_back(std::move(m));
    summarize(models, measurements, result);
    if (!request.out.empty()) file.write(result.rows, result.statements, environment, measurements, repetition + 1 == repetitions);
  }
  progress.end();
  if (request.out.empty()) return result;
  const std::string title = models.networks.front()->name() + " · " + environment["engine"].get<std::string>();
  write_file_atomically(request.out / "bench.svg", bench_svg(title, result.rows));
  result.written = {file.path(), request.out / "bench.svg"};
  return result;
}

std::string format_bench(const BenchResult& result, TableFormat format) {
  if (format != TableFormat::json) return format_table(bench_table(result.rows, is_for_programs(format)), format);
  Json rows = Json::array();
  for (const BenchRow& row : result.rows) rows.push_back(bench_row_json(row));
  return rows.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace tnn
