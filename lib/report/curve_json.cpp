#include "report/curve_json.h"

#include <nlohmann/json.hpp>

#include "report/curve_columns.h"

namespace tnn {
namespace {

using Json = nlohmann::ordered_json;  // NaN and infinity are written as null

Json classes_json(const UtilizationCurve& curve, const CurvePoint& point) {
  Json classes = Json::array();
  for (size_t i = 0; i < point.classes.size(); ++i)
    classes.push_back({{"name", class_name(curve, i)},
                       {"correct", point.classes[i].correct},
                       {"count", point.classes[i].count},
                       {curve.score_name, class_value(point, i)}});
  return classes;
}

Json gates_json(const CurvePoint& point) {
  Json gates = Json::array();
  for (const auto& activity : point.gates) gates.push_back({{"gate", activity.gate}, {"groups", activity.groups}});
  return gates;
}

Json point_json(const UtilizationCurve& curve, const std::vector<CurveColumn>& columns, const CurvePoint& point) {
  Json json = Json::object();
  for (const auto& column : columns) {
    if (!column.value(point)) continue;
    if (column.is_integer())
      json[column.name] = column.integer(point);
    else
      json[column.name] = column.real(point);
  }
  json["classes"] = classes_json(curve, point);
  json["gates"] = gates_json(point);
  return json;
}

Json metrics_json(const UtilizationCurve& curve) {
  Json metrics = Json::array();
  for (const Metric& metric : curve.metrics)
    metrics.push_back({{"name", metric.name},
                       {"title", metric.title},
                       {"short_title", metric.short_title},
                       {"unit", metric.unit},
                       {"description", metric.description},
                       {"fraction", metric.fraction},
                       {"interval", metric.interval}});
  return metrics;
}

Json epoch_json(const UtilizationCurve& curve, const EpochRecord& epoch) {
  Json json = {{"epoch", epoch.epoch}, {"training_loss", epoch.training_loss}};
  if (!(epoch.validation_score < 0)) json["validation_" + curve.score_name] = epoch.validation_score;
  json["learning_rate"] = epoch.learning_rate;
  json["seconds"] = epoch.seconds;
  return json;
}

Json controller_json(const ControllerRow& row) {
  Json json{{"name", row.name},     {"top1", row.top1},           {"low", row.low},      {"high", row.high},
            {"mean_u", row.mean_u}, {"mean_macs", row.mean_macs}, {"shares", row.shares}};
  if (!(row.mean_latency_ms < 0)) json["mean_latency_ms"] = row.mean_latency_ms;
  return json;
}

Json comparison_json(const ControllerComparison& pair) {
  return {{"name", pair.name},         {"other", pair.other},         {"top1_difference", pair.top1_difference},
          {"low", pair.low},           {"high", pair.high},           {"macs_difference", pair.macs_difference},
          {"macs_low", pair.macs_low}, {"macs_high", pair.macs_high}, {"mcnemar_p_value", pair.p_value},
          {"better", pair.better}};
}

void add_controllers(const UtilizationCurve& curve, Json& json) {
  json["controller_actions"] = curve.actions;
  json["controllers"] = json["controller_comparisons"] = Json::array();
  for (const auto& row : curve.controllers) json["controllers"].push_back(controller_json(row));
  for (const auto& pair : curve.comparisons) json["controller_comparisons"].push_back(comparison_json(pair));
}

}  // namespace

std::string curve_json(const UtilizationCurve& curve) {
  Json json = {{"format", "tnn utilization curve"},
               {"format_version", 1},
               {"name", curve.name},
               {"dataset", curve.dataset},
               {"model", curve.model},
               {"command", curve.command},
               {"version", curve.version},
               {"machine", curve.machine},
               {"date", curve.date},
               {"task", curve.task},
               {"score_name", curve.score_name},
               {"metrics", metrics_json(curve)},
               {"class_names", curve.class_names},
               {"points", Json::array()},
               {"epochs", Json::array()},
               {"recipe", curve.recipe}};
  const std::vector<CurveColumn> columns = curve_columns(curve);
  for (const auto& point : curve.points) json["points"].push_back(point_json(curve, columns, point));
  for (const auto& epoch : curve.epochs) json["epochs"].push_back(epoch_json(curve, epoch));
  if (!curve.controllers.empty()) add_controllers(curve, json);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace tnn
