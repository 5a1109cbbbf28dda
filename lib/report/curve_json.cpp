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
                       {"accuracy", class_accuracy(point, i)}});
  return classes;
}

Json gates_json(const CurvePoint& point) {
  Json gates = Json::array();
  for (const auto& activity : point.gates) gates.push_back({{"gate", activity.gate}, {"groups", activity.groups}});
  return gates;
}

Json point_json(const UtilizationCurve& curve, const CurvePoint& point) {
  Json json = Json::object();
  for (const auto& column : curve_columns())
    if (column.value(point)) std::visit([&](auto pointer) { json[column.name] = point.*pointer; }, column.member);
  json["classes"] = classes_json(curve, point);
  json["gates"] = gates_json(point);
  return json;
}

Json epoch_json(const EpochRecord& epoch) {
  Json json = {{"epoch", epoch.epoch}, {"training_loss", epoch.training_loss}};
  if (!(epoch.validation_accuracy < 0)) json["validation_accuracy"] = epoch.validation_accuracy;
  json["learning_rate"] = epoch.learning_rate;
  json["seconds"] = epoch.seconds;
  return json;
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
               {"class_names", curve.class_names},
               {"points", Json::array()},
               {"epochs", Json::array()},
               {"recipe", curve.recipe}};
  for (const auto& point : curve.points) json["points"].push_back(point_json(curve, point));
  for (const auto& epoch : curve.epochs) json["epochs"].push_back(epoch_json(epoch));
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace tnn
