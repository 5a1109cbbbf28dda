#include "report/curve_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/curve_columns.h"

namespace tnn {
namespace {

std::string fixed(double value, int decimals) { return std::isfinite(value) ? fmt::format("{:.{}f}", value, decimals) : ""; }

std::string interval(double low, double high) {
  return std::isfinite(low) && std::isfinite(high) ? fmt::format("{:.2f}-{:.2f}", 100 * low, 100 * high) : "";
}

std::vector<std::string> row_of(const CurvePoint& point) {
  return {fmt::format("{:.4g}", point.u),
          fixed(100 * point.top1, 2),
          interval(point.top1_low, point.top1_high),
          fixed(100 * point.top5, 2),
          fixed(point.loss, 4),
          fixed(static_cast<double>(point.macs) / 1e6, 3),
          fixed(static_cast<double>(point.flops) / 1e6, 3),
          std::to_string(point.parameters),
          fixed(static_cast<double>(point.activation_bytes) / 1024, 1)};
}

}  // namespace

Table curve_table(const UtilizationCurve& curve, bool fractions) {
  Table table;
  table.columns = {"u", "top1_percent", "interval_95", "top5_percent", "loss", "mmacs", "mflops", "parameters", "activation_kib"};
  table.numeric = {true, true, false, true, true, true, true, true, true};
  const bool in_less = std::any_of(curve.points.begin(), curve.points.end(), [](const CurvePoint& point) { return point.fp32_top1 >= 0; });
  if (in_less) {
    table.columns.emplace_back("change_to_fp32");
    table.numeric.push_back(true);
  }
  const bool latency = has_latency(curve);
  if (latency) {
    table.columns.emplace_back("latency_ms");
    table.numeric.push_back(true);
  }
  if (fractions)
    for (const char* name : {"top1", "top5"}) table.columns.emplace_back(name), table.numeric.push_back(true);
  for (const auto& point : curve.points) {
    table.rows.push_back(row_of(point));
    if (in_less) table.rows.back().push_back(point.fp32_top1 >= 0 ? fixed(100 * (point.top1 - point.fp32_top1), 2) : "");
    if (latency) table.rows.back().push_back(point.latency_ms >= 0 ? fixed(point.latency_ms, 3) : "");
    if (fractions)
      for (const double share : {point.top1, point.top5}) table.rows.back().push_back(std::isfinite(share) ? fmt::format("{}", share) : "");
  }
  return table;
}

}  // namespace tnn
