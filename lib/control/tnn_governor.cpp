// The part of the C interface that governs operating points (runtime/tnn_runtime.h).
#include <limits>

#include "control/make_governor.h"
#include "core/name_table.h"
#include "runtime/c_interface.h"

struct tnn_governor {
  std::unique_ptr<tnn::Governor> governor;
};

using namespace tnn::c_interface;

namespace {

using Kind = tnn::GovernText::Kind;
constexpr tnn::NamedValue<Kind> kKinds[] = {{"fixed", Kind::fixed},        {"rules", Kind::rules},
                                            {"latency_ms", Kind::latency}, {"deadline_ms", Kind::deadline},
                                            {"power_mw", Kind::power},     {"temperature_c", Kind::temperature}};

/// The caller's structure as this library knows it: fields beyond its struct_size keep the values of `whole`.
template <typename Structure>
Structure complete(const Structure* given, const char* name, Structure whole) {
  if (given->struct_size < static_cast<int64_t>(sizeof(int64_t)))
    throw tnn::UsageError(std::string(name) + ": struct_size is not set (to sizeof(" + name + "))");
  std::memcpy(&whole, given, static_cast<size_t>(std::min(given->struct_size, static_cast<int64_t>(sizeof whole))));
  return whole;
}

tnn::GovernText request_of(const tnn_governor_options& options, const tnn::ThrottledNetwork& network) {
  require(options.kind, "tnn_governor_options: kind");
  tnn::GovernText asked;
  asked.kind = tnn::value_from_name(kKinds, "kind of governor", options.kind);
  asked.value = options.target;
  if (asked.kind == Kind::fixed)
    asked.value = network.operating_points()[static_cast<size_t>(network.find_operating_point(options.target))].u;
  if (asked.kind == Kind::deadline) asked.quantile = tnn::kDeadlineQuantile;
  if (options.quantile != 0) asked.quantile = options.quantile;
  if (options.accuracy != 0) asked.accuracy = options.accuracy;
  asked.certified_floor = options.no_floor == 0;
  return asked;
}

tnn::PointProfile profile_of(const tnn_governor_options& options, const std::vector<tnn::GovernedPoint>& points) {
  if (options.profile_file) return tnn::read_profile(options.profile_file, points);
  if (!options.p50_ms && !options.p90_ms && !options.power_mw) return {};
  require(options.p50_ms, "tnn_governor_options: p50_ms");
  require(options.p90_ms, "tnn_governor_options: p90_ms");
  tnn::PointProfile profile(points.size());
  for (size_t i = 0; i < points.size(); ++i)
    profile[i] = {options.p50_ms[i], options.p90_ms[i], options.power_mw ? options.power_mw[i] : tnn::kNoReading};
  tnn::check_profile(profile, points.size());
  return profile;
}

tnn::RuleTable rules_of(const tnn_governor_options& options) {
  tnn::RuleTable table;
  if (options.otherwise != 0) table.otherwise = options.otherwise;
  if (options.rule_count < 1) throw tnn::UsageError("tnn_governor_options: rule_count is below 1, but the kind is \"rules\"");
  require(options.rules, "tnn_governor_options: rules");
  for (int64_t i = 0; i < options.rule_count; ++i) {
    const tnn_rule& rule = options.rules[i];
    require(rule.when, "tnn_rule: when");
    table.rules.push_back({tnn::quantity_from_name(rule.when), rule.above != 0, rule.limit, rule.until, rule.u});
  }
  return table;
}

}  // namespace

tnn_status tnn_governor_create(const tnn_network* network, const tnn_governor_options* options, tnn_governor** governor) {
  return guarded([&] {
    require(network, "network");
    require(options, "options");
    require(governor, "governor");
    *governor = nullptr;
    const tnn_governor_options given = complete(options, "tnn_governor_options", tnn_governor_options{});
    const tnn::GovernText asked = request_of(given, network->network);
    tnn::GovernorParts parts;
    parts.points = tnn::governed_points(network->network);
    parts.profile = profile_of(given, parts.points);
    if (asked.kind == Kind::rules) parts.rules = rules_of(given);
    std::optional<tnn::FloorCertificate> certificate;
    if (asked.certified_floor) certificate = tnn::find_floor(tnn::SafetensorsFile(network->file));
    parts.lowest = tnn::accuracy_floor(parts.points, certificate, asked.accuracy).lowest;
    *governor = new tnn_governor{tnn::make_governor(asked, parts)};
  });
}

void tnn_governor_free(tnn_governor* governor) { delete governor; }

void tnn_reading_clear(tnn_reading* reading) {
  constexpr double none = tnn::kNoReading;
  if (reading) *reading = {static_cast<int64_t>(sizeof(tnn_reading)), 0, none, -1, none, none, none, none};
}

tnn_status tnn_governor_observe(tnn_governor* governor, const tnn_reading* reading) {
  return guarded([&] {
    require(governor, "governor");
    require(reading, "reading");
    tnn_reading cleared;
    tnn_reading_clear(&cleared);
    const tnn_reading given = complete(reading, "tnn_reading", cleared);
    const auto point = static_cast<int>(std::clamp<int64_t>(given.point, -1, std::numeric_limits<int>::max()));
    governor->governor->observe({given.time_s, given.latency_ms, point, given.load, given.temperature_c, given.power_mw, given.battery});
  });
}

int64_t tnn_governor_point(const tnn_governor* governor) { return governor ? governor->governor->point() : -1; }

tnn_status tnn_governor_state_get(const tnn_governor* governor, tnn_governor_state* state) {
  return guarded([&] {
    require(governor, "governor");
    require(state, "state");
    const int64_t size = state->struct_size;
    if (size < static_cast<int64_t>(sizeof(int64_t)))
      throw tnn::UsageError("tnn_governor_state: struct_size is not set (to sizeof(tnn_governor_state))");
    const tnn::GovernorState now = governor->governor->state();
    const tnn_governor_state known{size, now.point, now.slowdown, now.predicted, static_cast<int64_t>(now.notices), now.ignored};
    std::memcpy(state, &known, std::min(static_cast<size_t>(size), sizeof known));
  });
}
