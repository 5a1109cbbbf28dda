#include "report/curve_csv.h"

#include <algorithm>
#include <limits>
#include <sstream>
#include <vector>

#include "catch_compat.h"
#include "report/controller_columns.h"
#include "report/curve_table.h"
#include "sample_curve.h"

using namespace tnn;

namespace {

std::vector<std::vector<std::string>> fields_of(const std::string& csv) {
  std::vector<std::vector<std::string>> lines;
  std::istringstream stream(csv);
  for (std::string line; std::getline(stream, line);) {
    lines.emplace_back(1);
    for (const char c : line) {
      if (c == ',')
        lines.back().emplace_back();
      else
        lines.back().back() += c;
    }
  }
  return lines;
}

}  // namespace

TEST_CASE("CSV has one column a scalar and one line a point") {
  const UtilizationCurve curve = sample_curve();
  const auto lines = fields_of(curve_csv(curve));
  REQUIRE(lines.size() == 17);
  CHECK(lines[0] == std::vector<std::string>{"u", "top1", "top1_low", "top1_high", "top5", "top5_low", "top5_high", "loss", "macs", "flops",
                                             "parameters", "activation_bytes", "images", "latency_ms", "latency_low_ms", "latency_high_ms",
                                             "fp32_top1"});
  CHECK(lines[16][0] == "1");
  CHECK(std::stod(lines[5][1]) == curve.points[4].metrics[0].value);
  CHECK(lines[5][8] == std::to_string(curve.points[4].macs));
  CHECK(std::ranges::all_of(lines, [](const auto& line) { return line.size() == 17; }));
}

TEST_CASE("CSV leaves a latency that was not measured empty, and NaN is nan") {
  UtilizationCurve curve = sample_curve(1, false);
  curve.points[0].metrics[2].value = std::numeric_limits<double>::quiet_NaN();
  const auto lines = fields_of(curve_csv(curve));
  CHECK(lines[1][7] == "nan");
  CHECK(lines[1][13].empty());
  CHECK(lines[1][15].empty());
  CHECK(fields_of(curve_csv({})).size() == 1);
}

TEST_CASE("controllers have a CSV of their own, a line each, whose numbers read back exactly") {
  UtilizationCurve curve = sample_curve_with_controllers();
  const auto lines = fields_of(controllers_csv(curve));
  REQUIRE(lines.size() == 4);
  CHECK(lines[0] == std::vector<std::string>{"name", "top1", "low", "high", "mean_u", "mean_macs", "mean_latency_ms"});
  CHECK(lines[2][0] == "learned logits");
  CHECK(std::stod(lines[2][5]) == curve.controllers[1].mean_macs);
  CHECK(lines[1][6] == "0.25");
  CHECK(controllers_csv(curve).ends_with(",2600000,\n"));  // no latency
  curve.controllers[0].name = "a,\"b\"";
  CHECK_THAT(controllers_csv(curve), ContainsSubstring("\n\"a,\"\"b\"\"\",0.9,"));
}

TEST_CASE("the printed table has percent, MMACs and KiB, and a latency only if measured") {
  const Table table = curve_table(sample_curve(16, false));
  CHECK(table.columns.size() == 9);
  REQUIRE(table.rows.size() == 16);
  CHECK(table.rows[15][0] == "1");
  CHECK(table.rows[15][1] == "94.32");
  CHECK(table.rows[15][2] == "93.77-94.83");
  CHECK(table.rows[15][5] == "180.000");
  CHECK(table.rows[15][8] == "392.0");
  CHECK(curve_table(sample_curve()).columns.back() == "latency_ms");
  UtilizationCurve curve = sample_curve(1);
  curve.points[0].metrics[2].value = std::numeric_limits<double>::quiet_NaN();
  curve.points[0].latency_ms = -1;
  CHECK_THAT(format_table(curve_table(curve), TableFormat::json), ContainsSubstring("\"loss\": null"));
}
