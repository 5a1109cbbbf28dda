#include "pipelines/govern_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "control/make_governor.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "core/interruption.h"
#include "core/processor.h"
#include "core/stopwatch.h"
#include "pipelines/busy_threads.h"
#include "pipelines/load_schedule.h"
#include "pipelines/output_check.h"
#include "pipelines/recipe_model.h"
#include "pipelines/stream_report.h"
#include "pipelines/stream_runner.h"
#include "pipelines/system_readings.h"

namespace tnn {
namespace fs = std::filesystem;
namespace {

using Kind = GovernText::Kind;

constexpr double kSensorSeconds = 0.25;  ///< between two readings of the system
constexpr size_t kMostRows = 10'000'000;

StreamTarget target_of(const GovernRequest& request, const GovernorParts& parts) {
  StreamTarget target{kNoReading, &Reading::latency_ms, parts.points, parts.profile, parts.lowest};
  if (request.asked.kind != Kind::fixed && request.asked.kind != Kind::rules) target.limit = request.asked.value;
  if (request.asked.kind == Kind::power) target.quantity = &Reading::power_mw;
  if (request.asked.kind == Kind::temperature) target.quantity = &Reading::temperature_c;
  return target;
}

/// Fills in what the load trace says in place of the system.
void read_sensors(SystemReadings& system, const LoadRow& load, Reading& reading) {
  system.read(reading);
  if (!std::isnan(load.temperature_c)) reading.temperature_c = load.temperature_c;
  if (!std::isnan(load.power_mw)) reading.power_mw = load.power_mw;
  if (!std::isnan(load.battery)) reading.battery = load.battery;
}

/// UsageError where the governor holds what nothing measures; a note where a rule asks for it.
void check_sensors(const GovernRequest& request, const GovernorParts& parts, const LoadSchedule& schedule, SystemReadings& system,
                   std::vector<std::string>& notes) {
  Reading reading;
  system.read(reading);
  const auto is_known = [&](double Reading::*quantity, double LoadRow::*field) {
    return !std::isnan(reading.*quantity) || schedule.tells(field);
  };
  const std::map<std::string, bool> known{{"temperature_c", is_known(&Reading::temperature_c, &LoadRow::temperature_c)},
                                          {"power_mw", is_known(&Reading::power_mw, &LoadRow::power_mw)},
                                          {"battery", is_known(&Reading::battery, &LoadRow::battery)},
                                          {"load", true}};
  const char* asked = request.asked.kind == Kind::power ? "power_mw" : request.asked.kind == Kind::temperature ? "temperature_c" : "load";
  if (!known.at(asked))
    throw UsageError(fmt::format(
        "--govern {0}: this machine tells no {0} (thermometers in /sys/class/thermal, meters of `tnn bench`), and no --load-trace "
        "with a column {0} is given",
        asked));
  for (const auto& [name, is_there] : known) {
    const bool used = std::any_of(parts.rules.rules.begin(), parts.rules.rules.end(),
                                  [&name = name](const GovernorRule& rule) { return quantity_name(rule.quantity) == name; });
    if (used && !is_there) notes.push_back(fmt::format("nothing tells {}: the rules that ask for it count as holding", name));
  }
}

void run_stream(const GovernRequest& request, const LoadSchedule& schedule, SystemReadings& system, StreamRunner& runner,
                Governor& governor, GovernResult& result) {
  const int processors = available_processors();
  BusyThreads threads(static_cast<int>(std::ceil(schedule.most_busy_threads())));
  result.rows.reserve(1 << 16);
  double sensors_at = 0;
  const Stopwatch watch;
  for (double now = 0; now < request.seconds && result.rows.size() < kMostRows; now = watch.seconds()) {
    stop_if_interrupted();
    const LoadRow& load = schedule.at(now);
    threads.set(load.busy_threads);
    Reading reading;
    reading.point = governor.point();
    reading.load = std::min(1.0, load.busy_threads / processors);
    if (now >= sensors_at) read_sensors(system, load, reading), sensors_at = now + kSensorSeconds;
    reading.latency_ms = runner.run(reading.point);
    reading.time_s = watch.seconds();
    governor.observe(reading);
    result.rows.push_back({now, load.busy_threads / processors, reading.point, reading.latency_ms, reading.temperature_c, reading.power_mw,
                           reading.battery, governor.state().notices});
  }
  if (result.rows.size() == kMostRows) result.notes.push_back(fmt::format("the stream ended early, after {} inferences", kMostRows));
}

/// How much of the stream had something to say.
void tell_notices(GovernResult& result, const Governor& governor) {
  for (const unsigned notice : {kNoticeCannotMeet, kNoticeFrozen, kNoticeMissing, kNoticeUnusable}) {
    const auto count =
        std::count_if(result.rows.begin(), result.rows.end(), [notice](const StreamRow& row) { return (row.notices & notice) != 0; });
    if (count > 0) result.notes.push_back(fmt::format("{}: after {} of {} inferences", notice_text(notice), count, result.rows.size()));
  }
  if (governor.state().ignored > 0) result.notes.push_back(fmt::format("{} readings were ignored", governor.state().ignored));
}

GovernorParts parts_of(const GovernRequest& request, const ThrottledNetwork& network, const fs::path& file, StreamRunner& runner,
                       std::vector<std::string>& notes) {
  GovernorParts parts;
  parts.points = governed_points(network);
  if (request.asked.kind == Kind::rules) parts.rules = read_rule_table(request.asked.file);
  std::optional<FloorCertificate> certificate;
  if (request.asked.certified_floor) certificate = find_floor(SafetensorsFile(file));
  const AccuracyFloor floor = accuracy_floor(parts.points, certificate, request.asked.accuracy);
  parts.lowest = floor.lowest;
  notes.push_back(fmt::format("accuracy floor: {}", floor.source));
  parts.profile =
      request.profile.empty() ? measure_profile(runner, parts.points.size(), notes) : read_profile(request.profile, parts.points);
  return parts;
}

}  // namespace

fs::path picture_beside(const fs::path& trace) {
  if (trace.empty() || output_place(trace).kind != OutputPlace::Kind::file) return {};
  return fs::path(trace).replace_extension(".svg");
}

void check_stream_outputs(const GovernRequest& request) {
  if (request.trace.empty()) return;
  CommandInputs inputs;
  inputs.add_model(request.run.model);
  inputs.add("--input", request.run.input);
  inputs.add("--load-trace", request.load_trace);
  inputs.add("--profile", request.profile);
  inputs.add("--govern rules", request.asked.file);
  inputs.check("--trace", request.trace);
  const fs::path picture = picture_beside(request.trace);
  if (picture == request.trace) throw UsageError("--trace: a name ending in .svg is that of its picture (allowed: such as trace.csv)");
  if (!picture.empty()) inputs.check("the picture of --trace", picture);
}

GovernResult govern_stream(const GovernRequest& request) {
  const fs::path file = find_model_file(request.run.model);
  const int processors = available_processors();
  const LoadSchedule schedule = request.load_trace.empty() ? LoadSchedule::synthetic(request.synthetic_load, request.seconds, processors)
                                                           : LoadSchedule::read(request.load_trace, processors);
  const ThrottledNetwork network = ThrottledNetwork::load(file, request.run.runtime);
  const StreamInputs inputs = load_inputs(request.run, request.seed, network);
  GovernResult result;
  if (!inputs.note.empty()) result.notes.push_back(inputs.note);
  StreamRunner runner(network, inputs);
  const GovernorParts parts = parts_of(request, network, file, runner, result.notes);
  SystemReadings system;
  check_sensors(request, parts, schedule, system, result.notes);
  GovernText asked = request.asked;
  if (asked.kind == Kind::fixed) asked.value = parts.points[static_cast<size_t>(network.find_operating_point(asked.value))].u;
  const auto governor = make_governor(asked, parts);
  if (schedule.most_busy_threads() > 0)
    result.notes.push_back(fmt::format("load: up to {:.4g} busy threads on {} processors", schedule.most_busy_threads(), processors));
  run_stream(request, schedule, system, runner, *governor, result);
  tell_notices(result, *governor);
  result.target = target_of(request, parts);
  result.figures = judge_stream(result.rows, result.target);
  result.engine = network.engine().describe();
  if (!request.trace.empty()) write_file_atomically(request.trace, trace_csv(result.rows, result.target));
  if (const fs::path picture = picture_beside(request.trace); !picture.empty())
    write_file_atomically(picture,
                          trace_picture(result.rows, result.target, "Governed stream of " + request.run.model.filename().string()));
  return result;
}

}  // namespace tnn
