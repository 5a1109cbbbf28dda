#include <fmt/format.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/json_text.h"
#include "report/curve_columns.h"
#include "report/curve_json.h"

namespace tnn {
namespace {

using Json = nlohmann::json;

/// A JSON value that knows where it stands, so that every complaint names the place.
class Place {
 public:
  Place(const Json& json, std::string where, const std::string& source) : json_(json), where_(std::move(where)), source_(source) {}

  bool has(const std::string& key) const { return object().contains(key); }
  Place at(const std::string& key) const {
    const auto found = object().find(key);
    const std::string where = where_.empty() ? key : where_ + "." + key;
    if (found == json_.end()) throw DataError(fmt::format("{}: {} is missing", source_, where));
    return {*found, where, source_};
  }
  /// Calls `visit` with each element.
  template <typename Visit>
  void each(const Visit& visit) const {
    if (!json_.is_array()) fail("an array");
    for (size_t i = 0; i < json_.size(); ++i) visit(Place(json_[i], fmt::format("{}[{}]", where_, i), source_));
  }

  std::string text() const {
    if (!json_.is_string()) fail("a string");
    return json_.get<std::string>();
  }
  bool flag() const {
    if (!json_.is_boolean()) fail("true or false");
    return json_.get<bool>();
  }
  double number() const {
    if (json_.is_null()) return std::numeric_limits<double>::quiet_NaN();
    if (!json_.is_number()) fail("a number or null");
    return json_.get<double>();
  }
  int64_t count() const {
    const bool fits = json_.is_number_integer() && !(json_.is_number_unsigned() && json_.get<uint64_t>() > kLargest);
    if (!fits || json_.get<int64_t>() < 0) fail("an integer of 0 or more");
    return json_.get<int64_t>();
  }
  [[noreturn]] void fail(const std::string& expected) const {
    throw DataError(
        fmt::format("{}: {} must be {}, not {}", source_, where_.empty() ? "the file" : where_, expected, json_.dump().substr(0, 40)));
  }

 private:
  static constexpr uint64_t kLargest = std::numeric_limits<int64_t>::max();

  const Json& object() const {
    if (!json_.is_object()) fail("an object");
    return json_;
  }

  const Json& json_;
  std::string where_;
  const std::string& source_;
};

void read_column(const CurveColumn& column, const Place& place, CurvePoint& point) {
  if (column.optional && !place.has(column.name)) return;
  const Place value = place.at(column.name);
  if (column.is_integer())
    column.integer(point) = value.count();
  else
    column.real(point) = value.number();
}

ClassResult read_class(const UtilizationCurve& curve, const Place& place) {
  const ClassResult result{place.at(curve.score_name).number(), place.at("correct").count(), place.at("count").count()};
  if (result.correct > result.count) place.at("correct").fail(fmt::format("at most the count, {}", result.count));
  return result;
}

Metric read_metric(const Place& place) {
  return {place.at("name").text(),        place.at("title").text(),    place.at("short_title").text(), place.at("unit").text(),
          place.at("description").text(), place.at("fraction").flag(), place.at("interval").text()};
}

GateActivity read_gate(const Place& place) {
  GateActivity activity{place.at("gate").text(), place.at("groups").text()};
  if (activity.groups.find_first_not_of("01") != std::string::npos) place.at("groups").fail("of the characters 0 and 1");
  return activity;
}

CurvePoint read_point(const UtilizationCurve& curve, const std::vector<CurveColumn>& columns, const Place& place) {
  CurvePoint point;
  point.metrics.resize(curve.metrics.size());
  for (const auto& column : columns) read_column(column, place, point);
  if (!(point.u > 0 && point.u <= 1)) place.at("u").fail("in (0, 1]");
  place.at("classes").each([&](const Place& one) { point.classes.push_back(read_class(curve, one)); });
  place.at("gates").each([&](const Place& one) { point.gates.push_back(read_gate(one)); });
  return point;
}

EpochRecord read_epoch(const UtilizationCurve& curve, const Place& place) {
  EpochRecord epoch;
  epoch.epoch = place.at("epoch").number();
  epoch.training_loss = place.at("training_loss").number();
  const std::string score = "validation_" + curve.score_name;
  if (place.has(score)) epoch.validation_score = place.at(score).number();
  epoch.learning_rate = place.at("learning_rate").number();
  epoch.seconds = place.at("seconds").number();
  return epoch;
}

std::vector<double> read_numbers(const Place& place) {
  std::vector<double> numbers;
  place.each([&](const Place& one) { numbers.push_back(one.number()); });
  return numbers;
}

ControllerRow read_controller(const Place& place) {
  ControllerRow row{place.at("name").text(),
                    place.at("top1").number(),
                    place.at("low").number(),
                    place.at("high").number(),
                    place.at("mean_u").number(),
                    place.at("mean_macs").number(),
                    -1,
                    read_numbers(place.at("shares"))};
  if (place.has("mean_latency_ms")) row.mean_latency_ms = place.at("mean_latency_ms").number();
  return row;
}

ControllerComparison read_comparison(const Place& place) {
  return {place.at("name").text(),       place.at("other").text(),       place.at("top1_difference").number(),
          place.at("low").number(),      place.at("high").number(),      place.at("macs_difference").number(),
          place.at("macs_low").number(), place.at("macs_high").number(), place.at("mcnemar_p_value").number(),
          place.at("better").flag()};
}

UtilizationCurve read_curve(const Place& root) {
  if (root.at("format_version").count() != 1) root.at("format_version").fail("1, the version this program reads");
  UtilizationCurve curve;
  curve.name = root.at("name").text();
  curve.dataset = root.at("dataset").text();
  curve.model = root.at("model").text();
  curve.command = root.at("command").text();
  curve.version = root.at("version").text();
  curve.machine = root.at("machine").text();
  curve.date = root.at("date").text();
  curve.recipe = root.at("recipe").text();
  curve.task = root.at("task").text();
  curve.score_name = root.at("score_name").text();
  root.at("metrics").each([&](const Place& one) { curve.metrics.push_back(read_metric(one)); });
  const std::vector<CurveColumn> columns = curve_columns(curve);
  root.at("class_names").each([&](const Place& one) { curve.class_names.push_back(one.text()); });
  root.at("points").each([&](const Place& one) { curve.points.push_back(read_point(curve, columns, one)); });
  if (curve.metrics.empty() && !curve.points.empty()) root.at("metrics").fail("one metric or more");
  root.at("epochs").each([&](const Place& one) { curve.epochs.push_back(read_epoch(curve, one)); });
  if (!root.has("controllers")) return curve;
  curve.actions = read_numbers(root.at("controller_actions"));
  root.at("controllers").each([&](const Place& one) { curve.controllers.push_back(read_controller(one)); });
  root.at("controller_comparisons").each([&](const Place& one) { curve.comparisons.push_back(read_comparison(one)); });
  return curve;
}

}  // namespace

UtilizationCurve parse_curve_json(std::string_view text, const std::string& source) {
  try {
    const Json json = parse_json<Json>(text);
    return read_curve(Place(json, "", source));
  } catch (const UsageError& error) {
    throw DataError(fmt::format("{}: not a curve in JSON: {}", source, error.what()));
  }
}

UtilizationCurve read_curve_json(const std::filesystem::path& path) { return parse_curve_json(read_file(path), path.string()); }

}  // namespace tnn
