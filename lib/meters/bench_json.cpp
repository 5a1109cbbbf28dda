#include "meters/bench_json.h"

namespace tnn {
namespace {

using Json = nlohmann::ordered_json;

template <typename Value>
Json or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json(nullptr);
}

template <typename Value>
std::optional<Value> optional_of(const Json& json, const char* key) {
  const Json& value = json.at(key);
  return value.is_null() ? std::nullopt : std::optional<Value>(value.get<Value>());
}

Json state_json(const DeviceState& state) {
  return {{"temperatures_c", state.temperatures_c}, {"clocks_mhz", state.clocks_mhz}, {"throttling", state.throttling}};
}

DeviceState state_of(const Json& json) {
  using Numbers = std::map<std::string, double>;
  return {json.at("temperatures_c").get<Numbers>(), json.at("clocks_mhz").get<Numbers>(), json.at("throttling").get<Numbers>()};
}

Json energy_json(const WindowEnergy& window) {
  Json rails = Json::array();
  for (const RailEnergy& rail : window.rails)
    rails.push_back(
        {{"name", rail.name}, {"energy_mj", or_null(rail.energy_mj)}, {"power_mw", or_null(rail.power_mw)}, {"fault", rail.fault}});
  return {{"seconds", window.seconds},
          {"readings", window.readings},
          {"sampling_seconds", window.sampling_seconds},
          {"energy_mj", or_null(window.energy_mj)},
          {"power_mw", or_null(window.power_mw)},
          {"faults", window.faults},
          {"rails", std::move(rails)}};
}

WindowEnergy energy_of(const Json& json) {
  WindowEnergy window;
  window.seconds = json.at("seconds").get<double>();
  window.readings = json.at("readings").get<int64_t>();
  window.sampling_seconds = json.at("sampling_seconds").get<double>();
  window.energy_mj = optional_of<double>(json, "energy_mj");
  window.power_mw = optional_of<double>(json, "power_mw");
  window.faults = json.at("faults").get<std::vector<std::string>>();
  for (const Json& rail : json.at("rails"))
    window.rails.push_back({rail.at("name").get<std::string>(), optional_of<double>(rail, "energy_mj"),
                            optional_of<double>(rail, "power_mw"), rail.at("fault").get<std::string>()});
  return window;
}

void add_figures(const BenchRow& row, Json& json) {
  for (const BenchFigure& figure : row.figures) {
    json[figure.key] = !figure.estimate                                 ? Json(nullptr)
                       : figure.key.find("_bytes") == std::string::npos ? Json(figure.estimate->value)
                                                                        : Json(static_cast<int64_t>(figure.estimate->value));
    if (!figure.estimate || !figure.estimate->low) continue;
    json[figure.key + "_low"] = *figure.estimate->low;
    json[figure.key + "_high"] = *figure.estimate->high;
  }
}

}  // namespace

Json bench_row_json(const BenchRow& row) {
  Json json;
  if (row.label.compared) json["model"] = row.label.model;
  json["u"] = row.label.u;
  json["point"] = row.label.point;
  json["point_u"] = row.label.point_u;
  json["macs"] = row.label.macs;
  if (row.label.accuracy) json["accuracy"] = *row.label.accuracy;
  add_figures(row, json);
  if (!row.rails_mw.empty()) {
    Json rails = Json::object();
    for (const auto& [name, power] : row.rails_mw) rails[name] = or_null(power);
    json["rails"] = std::move(rails);
  }
  Json throughput = Json::object();
  for (const auto& [batch, rate] : row.inputs_per_second) throughput[std::to_string(batch)] = rate ? Json(rate->value) : Json(nullptr);
  json["inputs_per_s_by_batch"] = std::move(throughput);
  json["repetitions"] = row.repetitions;
  json["inferences"] = row.inferences;
  json["plateau"] = row.plateau;
  json["temperatures_c"] = {{"before", row.before_c}, {"after", row.after_c}};
  json["clocks_mhz"] = {{"before", row.before_mhz}, {"after", row.after_mhz}};
  json["throttled"] = row.throttled;
  return json;
}

Json measurement_json(const PointMeasurement& m) {
  return {{"workload", m.workload},
          {"repetition", m.repetition},
          {"inferences", m.inferences},
          {"seconds", m.seconds},
          {"p50_ms", m.p50_ms},
          {"p90_ms", m.p90_ms},
          {"p99_ms", m.p99_ms},
          {"max_ms", m.max_ms},
          {"early_stopping_p90_ms", or_null(m.early_stopping_p90_ms)},
          {"switch_us", or_null(m.switch_us)},
          {"switch_call_us", or_null(m.switch_call_us)},
          {"inputs_per_second", m.inputs_per_second},
          {"warm_up_seconds", m.warm_up_seconds},
          {"plateau", m.plateau},
          {"energy", m.energy ? energy_json(*m.energy) : Json(nullptr)},
          {"idle_mw", or_null(m.idle_mw)},
          {"idle_change", or_null(m.idle_change)},
          {"peak_memory_bytes", or_null(m.peak_memory_bytes)},
          {"before", state_json(m.before)},
          {"after", state_json(m.after)}};
}

PointMeasurement measurement_from_json(const Json& json) {
  PointMeasurement m;
  json.at("workload").get_to(m.workload);
  json.at("repetition").get_to(m.repetition);
  json.at("inferences").get_to(m.inferences);
  json.at("seconds").get_to(m.seconds);
  json.at("p50_ms").get_to(m.p50_ms);
  json.at("p90_ms").get_to(m.p90_ms);
  json.at("p99_ms").get_to(m.p99_ms);
  json.at("max_ms").get_to(m.max_ms);
  m.early_stopping_p90_ms = optional_of<double>(json, "early_stopping_p90_ms");
  m.switch_us = optional_of<double>(json, "switch_us");
  m.switch_call_us = optional_of<double>(json, "switch_call_us");
  json.at("inputs_per_second").get_to(m.inputs_per_second);
  json.at("warm_up_seconds").get_to(m.warm_up_seconds);
  json.at("plateau").get_to(m.plateau);
  if (!json.at("energy").is_null()) m.energy = energy_of(json.at("energy"));
  m.idle_mw = optional_of<double>(json, "idle_mw");
  m.idle_change = optional_of<double>(json, "idle_change");
  m.peak_memory_bytes = optional_of<int64_t>(json, "peak_memory_bytes");
  m.before = state_of(json.at("before"));
  m.after = state_of(json.at("after"));
  return m;
}

}  // namespace tnn
