#include "report/controller_columns.h"

#include <fmt/format.h>

#include "core/table.h"

namespace tnn {
namespace {

constexpr ControllerColumn kColumns[] = {
    {"top1", "1", "fraction of samples whose answer is right", &ControllerRow::top1},
    {"low", "1", "lower end of the Wilson 95 % interval of top1", &ControllerRow::low},
    {"high", "1", "upper end of the Wilson 95 % interval of top1", &ControllerRow::high},
    {"mean_u", "1", "mean utilization of the answers", &ControllerRow::mean_u},
    {"mean_macs", "1", "mean multiply-accumulates for one input: the controller's own network and every pass", &ControllerRow::mean_macs},
    {"mean_latency_ms", "ms", "the same of median times of single passes", &ControllerRow::mean_latency_ms, true}};

Table empty_table() {
  Table table{{"name"}, {}};
  for (const auto& column : kColumns) table.columns.emplace_back(column.name);
  return table;
}

}  // namespace

std::optional<double> ControllerColumn::value(const ControllerRow& row) const {
  const double number = row.*field;
  if (optional && number < 0) return std::nullopt;
  return number;
}

std::span<const ControllerColumn> controller_columns() { return kColumns; }

std::string controllers_csv(const UtilizationCurve& curve) {
  Table table = empty_table();
  for (const ControllerRow& row : curve.controllers) {
    std::vector<std::string> cells{row.name};
    for (const auto& column : kColumns) {
      const auto value = column.value(row);
      cells.push_back(value ? fmt::format("{}", *value) : "");
    }
    table.rows.push_back(std::move(cells));
  }
  return format_table(table, TableFormat::csv);
}

bool is_controllers_csv(const std::string& text) { return text.starts_with(format_table(empty_table(), TableFormat::csv)); }

}  // namespace tnn
