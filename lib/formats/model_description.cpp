#include "formats/model_description.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/json_integer.h"
#include "core/json_text.h"
#include "core/name_table.h"
#include "graph/graph_json.h"

namespace tnn {
namespace {

using Json = nlohmann::ordered_json;  // writing
using Parsed = nlohmann::json;        // reading
constexpr const char* kModelVersion = "1";
constexpr const char* kDefaultTask = "classification";  // of files that do not say

constexpr NamedValue<BatchNormMode> kBatchNormModes[] = {{"shared", BatchNormMode::shared},
                                                         {"recalibrated", BatchNormMode::recalibrated},
                                                         {"switchable", BatchNormMode::switchable},
                                                         {"frozen", BatchNormMode::frozen}};
constexpr size_t kMostNodesAtPoints = size_t{1} << 23;  // plans and tables hold something for each

/// UsageError where a graph's nodes at all its operating points are more than plans and tables can hold.
void check_size(const Graph& graph, size_t points) {
  if (points > kMostNodesAtPoints / graph.nodes().size())
    throw UsageError(fmt::format("{} operating points of a graph of {} nodes are too many (allowed: {} together)", points,
                                 graph.nodes().size(), kMostNodesAtPoints));
}

Json points_to_json(const ModelDescription& description) {
  Json list = Json::array();
  for (const OperatingPoint& point : description.points) {
    Json active = Json::object();
    for (size_t i = 0; i < description.graph.gates().size(); ++i)
      append_member(active, description.graph.gates()[i].name, point.configuration.gates[i].indices());
    list.push_back({{"u", point.u}, {"u_begin", point.u_begin}, {"u_end", point.u_end}, {"active", active}});
    if (point.validation_accuracy) list.back()["validation_accuracy"] = *point.validation_accuracy;
  }
  return list;
}

Json preprocessing_to_json(const Preprocessing& preprocessing) {
  Json json{{"mean", preprocessing.mean}, {"std", preprocessing.std}};
  if (preprocessing.resize_side != 0) json["resize_side"] = preprocessing.resize_side;
  if (preprocessing.whole) json["whole"] = {{"short_side", preprocessing.whole->short_side}, {"long_side", preprocessing.whole->long_side}};
  return json;
}

Json gating_to_json(const GatingRule& rule) {
  Json json{{"strategy", rule.strategy}, {"rounding", rounding_name(rule.rounding)}, {"min_active", rule.min_active}};
  if (rule.compensation != Compensation::none) json["compensation"] = compensation_name(rule.compensation);
  return json;
}

OperatingPoint point_from_json(const Graph& graph, const Parsed& json) {
  OperatingPoint point{json.at("u").get<double>(), json.at("u_begin").get<double>(), json.at("u_end").get<double>(), {}, {}};
  check_utilization(point.u);
  for (const Gate& gate : graph.gates()) {
    const auto indices = json_integers<int>(json.at("active").at(gate.name));
    for (size_t i = 0; i < indices.size(); ++i)
      if (indices[i] < 0 || indices[i] >= gate.groups || (i > 0 && indices[i] <= indices[i - 1]))
        throw UsageError(
            fmt::format("operating point u = {}: group {} of gate '{}' is out of order or range", point.u, indices[i], gate.name));
    point.configuration.gates.push_back(ActiveGroups::of(gate.groups, indices));
  }
  if (json.contains("validation_accuracy")) point.validation_accuracy = json.at("validation_accuracy").get<double>();
  return point;
}

std::vector<OperatingPoint> points_from_json(const Graph& graph, const std::string& text) {
  const Parsed list = parse_json<Parsed>(text);
  if (!list.is_array()) throw UsageError("not a list");
  std::vector<OperatingPoint> points;
  check_size(graph, list.size());
  for (const Parsed& point : list) points.push_back(point_from_json(graph, point));
  return points;
}

GatingRule gating_from_json(const std::string& text) {
  const Parsed json = parse_json<Parsed>(text);
  return {json.at("strategy").get<std::string>(), rounding_from_name(json.at("rounding").get<std::string>()),
          json_integer<int>(json.at("min_active")), compensation_from_name(json.value("compensation", "none"))};
}

Preprocessing preprocessing_from_json(const std::string& text) {
  const Parsed json = parse_json<Parsed>(text);
  Preprocessing preprocessing{json.at("mean").get<std::vector<double>>(), json.at("std").get<std::vector<double>>(),
                              json.contains("resize_side") ? json_integer<int>(json.at("resize_side")) : 0};
  if (json.contains("whole")) {
    const Parsed& whole = json.at("whole");
    preprocessing.whole = WholeImages{json_integer<int>(whole.at("short_side")), json_integer<int>(whole.at("long_side"))};
    if (preprocessing.whole->short_side < 0 || preprocessing.whole->long_side < 0) throw UsageError("a side of whole images is below 0");
  }
  return preprocessing;
}

}  // namespace

BatchNormMode batch_norm_mode_from_name(const std::string& name) { return value_from_name(kBatchNormModes, "batch norm mode", name); }
std::string batch_norm_mode_name(BatchNormMode mode) { return name_of_value(kBatchNormModes, mode); }

ModelDescription describe_model(Graph graph, const GatingRule& gating, BatchNormMode batch_norm) {
  ModelDescription description;
  const auto strategy = make_gating_strategy(graph, gating);
  description.points = strategy->operating_points();
  check_size(graph, description.points.size());
  if (batch_norm == BatchNormMode::switchable && strategy->is_random())
    throw UsageError(fmt::format(
        "training.batch_norm switchable needs a gating strategy with a list of operating points (nested), not '{}'", gating.strategy));
  description.graph = std::move(graph);
  description.gating = gating;
  description.batch_norm = batch_norm;
  return description;
}

SafetensorsMetadata description_to_metadata(const ModelDescription& description) {
  const GatingRule& rule = description.gating;
  SafetensorsMetadata metadata{{"tnn.version", kModelVersion},
                               {"tnn.graph", graph_to_json(description.graph)},
                               {"tnn.gating", gating_to_json(rule).dump()},
                               {"tnn.operating_points", points_to_json(description).dump()},
                               {"tnn.batch_norm", batch_norm_mode_name(description.batch_norm)},
                               {"tnn.task", description.task},
                               {"tnn.dataset", description.dataset},
                               {"tnn.labels", Json(description.class_names).dump(-1, ' ', false, Json::error_handler_t::replace)},
                               {"tnn.preprocessing", preprocessing_to_json(description.preprocessing).dump()}};
  if (description.detector) metadata["tnn.detector"] = detector_to_json(*description.detector);
  return metadata;
}

ModelDescription description_from_metadata(const SafetensorsMetadata& metadata, const std::string& path) {
  const auto text = [&](const char* key) -> const std::string& {
    const auto found = metadata.find(key);
    if (found == metadata.end()) throw DataError(fmt::format("'{}' is not a tnn model: its metadata lacks '{}'", path, key));
    return found->second;
  };
  const auto damaged = [&](const char* key, const std::string& what) {
    return DataError(fmt::format("'{}': damaged metadata: {}: {}", path, key, what));
  };
  const auto read = [&](const char* key, const auto& reader) {
    const std::string& value = text(key);
    try {
      return reader(value);
    } catch (const nlohmann::json::exception& fault) {
      throw damaged(key, json_fault(fault));
    } catch (const UsageError& error) {
      throw damaged(key, error.what());
    }
  };
  if (text("tnn.version") != kModelVersion)
    throw DataError(
        fmt::format("'{}' is a tnn model of version {} (this program reads version {})", path, text("tnn.version"), kModelVersion));
  ModelDescription description;
  description.graph = read("tnn.graph", graph_from_json);
  description.gating = read("tnn.gating", gating_from_json);
  description.points = read("tnn.operating_points", [&](const std::string& json) { return points_from_json(description.graph, json); });
  description.batch_norm = read("tnn.batch_norm", batch_norm_mode_from_name);
  const auto task = metadata.find("tnn.task");
  description.task = task == metadata.end() ? kDefaultTask : task->second;
  description.dataset = text("tnn.dataset");
  description.class_names =
      read("tnn.labels", [](const std::string& json) { return parse_json<Parsed>(json).get<std::vector<std::string>>(); });
  description.preprocessing = read("tnn.preprocessing", preprocessing_from_json);
  if (metadata.count("tnn.detector")) description.detector = read("tnn.detector", detector_from_json);
  return description;
}

int point_at(const ModelDescription& description, double u) { return point_at(description.points, u, description.gating.rounding); }

std::optional<int> find_operating_point(const std::vector<OperatingPoint>& points, const Configuration& configuration) {
  for (size_t i = 0; i < points.size(); ++i)
    if (points[i].configuration == configuration) return static_cast<int>(i);
  return std::nullopt;
}

}  // namespace tnn
