#include "report/curve_csv.h"

#include "report/curve_columns.h"

namespace tnn {
namespace {

template <typename Field>
void append_line(std::string& csv, const std::vector<CurveColumn>& columns, const Field& field) {
  const char* separator = "";
  for (const auto& column : columns) {
    csv += separator;
    csv += field(column);
    separator = ",";
  }
  csv += "\n";
}

}  // namespace

std::string curve_csv(const UtilizationCurve& curve) {
  std::string csv;
  const std::vector<CurveColumn> columns = curve_columns(curve);
  append_line(csv, columns, [](const CurveColumn& column) { return column.name; });
  for (const auto& point : curve.points) append_line(csv, columns, [&](const CurveColumn& column) { return column.text(point); });
  return csv;
}

}  // namespace tnn
