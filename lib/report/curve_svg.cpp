#include "report/curve_svg.h"

#include "report/curve_charts.h"
#include "report/curve_columns.h"

namespace tnn {

std::string curve_svg(const UtilizationCurve& curve) {
  std::vector<Chart> charts{headline_against_utilization(curve), macs_against_utilization(curve)};
  if (has_latency(curve)) charts.push_back(latency_against_utilization(curve));
  std::string title = curve.name;
  for (const std::string& part : {curve.model, curve.dataset})
    if (!part.empty()) title += " · " + part;
  return chart_file(title, charts);
}

}  // namespace tnn
