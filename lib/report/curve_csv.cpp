#include "report/curve_csv.h"

#include "report/curve_columns.h"

namespace tnn {
namespace {

template <typename Field>
void append_line(std::string& csv, const Field& field) {
  const char* separator = "";
  for (const auto& column : curve_columns()) {
    csv += separator;
    csv += field(column);
    separator = ",";
  }
  csv += "\n";
}

}  // namespace

std::string curve_csv(const UtilizationCurve& curve) {
  std::string csv;
  append_line(csv, [](const CurveColumn& column) { return std::string(column.name); });
  for (const auto& point : curve.points) append_line(csv, [&](const CurveColumn& column) { return column.text(point); });
  return csv;
}

}  // namespace tnn
