#include "pipelines/detection_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace tnn {
namespace {

using Json = nlohmann::ordered_json;

/// For people: four decimals, "-" where no object is to be found.
std::string shown(double value) { return value < 0 ? "-" : fmt::format("{:.4f}", value); }

/// The figures that a class has.
std::vector<std::pair<std::string, double>> figures_of(const DetectionReport& report, const ClassPrecision& one) {
  if (report.iou) return {{"ap", one.ap}};
  return {{"ap", one.ap}, {"ap50", one.ap50}, {"ap75", one.ap75}};
}

std::vector<std::pair<std::string, BootstrapInterval>> intervals_of(const DetectionReport& report) {
  if (!report.intervals) return {};
  if (report.iou) return {{"map", report.intervals->map}};
  return {{"map", report.intervals->map}, {"ap50", report.intervals->ap50}};
}

std::string json_text(const DetectionReport& report) {
  Json json{{"metric", report.metric}};
  if (report.iou) json["iou"] = *report.iou;
  json["images"] = report.images;
  json["detections"] = report.detections;
  for (const auto& [name, value] : report.figures) json[name] = value;
  for (const auto& [name, interval] : intervals_of(report)) json[name + "_interval"] = {interval.low, interval.high};
  json["classes"] = Json::array();
  for (const ClassPrecision& one : report.classes) {
    Json entry{{"name", one.name}, {"objects", one.objects}};
    for (const auto& [name, value] : figures_of(report, one)) entry[name] = value;
    json["classes"].push_back(std::move(entry));
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string csv_text(const DetectionReport& report) {
  Table table{{"figure", "class", "value"}, {}, {false, false, true}};
  const auto add = [&](const std::string& figure, const std::string& of, double value) {
    table.rows.push_back({figure, of, fmt::format("{}", value)});
  };
  for (const auto& [name, value] : report.figures) add(name, "", value);
  for (const auto& [name, interval] : intervals_of(report)) add(name + "_low", "", interval.low), add(name + "_high", "", interval.high);
  for (const ClassPrecision& one : report.classes) {
    add("objects", one.name, static_cast<double>(one.objects));
    for (const auto& [name, value] : figures_of(report, one)) add(name, one.name, value);
  }
  return format_table(table, TableFormat::csv);
}

std::string tables_text(const DetectionReport& report, TableFormat format) {
  Table whole{{"figure", "value"}, {}, {false, true}}, classes{{"class", "objects"}, {}, {false, true}};
  const auto intervals = intervals_of(report);
  if (!intervals.empty()) whole.columns.push_back("95 % interval"), whole.numeric.push_back(true);
  for (const auto& [name, value] : report.figures) {
    whole.rows.push_back({name, shown(value)});
    if (intervals.empty()) continue;
    std::string text;
    for (const auto& [of, interval] : intervals)
      if (of == name) text = fmt::format("{} to {}", shown(interval.low), shown(interval.high));
    whole.rows.back().push_back(text);
  }
  for (const auto& [name, value] : figures_of(report, {})) classes.columns.push_back(name), classes.numeric.push_back(true);
  for (const ClassPrecision& one : report.classes) {
    classes.rows.push_back({one.name, std::to_string(one.objects)});
    for (const auto& [name, value] : figures_of(report, one)) classes.rows.back().push_back(shown(value));
  }
  const std::string what = report.iou ? fmt::format("VOC, {}, IoU {}", report.metric, *report.iou) : "COCO, IoU 0.50 to 0.95";
  return fmt::format("{}: {} detections in {} images\n\n{}\n{}", what, report.detections, report.images, format_table(whole, format),
                     format_table(classes, format));
}

}  // namespace

void DetectionReport::add(const DetectionSummary& summary) {
  metric = "coco";
  figures = {{"map", summary.map},           {"ap50", summary.ap50},           {"ap75", summary.ap75},
             {"ap_small", summary.ap_small}, {"ap_medium", summary.ap_medium}, {"ap_large", summary.ap_large}};
  for (size_t i = 0; i < summary.ar.size(); ++i) figures.emplace_back(fmt::format("ar_{}", summary.max_detections[i]), summary.ar[i]);
  figures.insert(figures.end(), {{"ar_small", summary.ar_small}, {"ar_medium", summary.ar_medium}, {"ar_large", summary.ar_large}});
  classes = summary.classes;
}

void DetectionReport::add(const VocSummary& summary, VocMetric voc_metric, double voc_iou) {
  metric = voc_metric_name(voc_metric);
  iou = voc_iou;
  figures = {{"map", summary.map}};
  classes = summary.classes;
}

std::string format_detection_report(const DetectionReport& report, TableFormat format) {
  if (format == TableFormat::json) return json_text(report);
  if (format == TableFormat::csv) return csv_text(report);
  return tables_text(report, format);
}

}  // namespace tnn
