#include "report/chart.h"

namespace tnn {

std::string_view chart_style() {
  return R"(
.tnn-chart text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; font-size: 12px; fill: #5a6472; }
.tnn-chart .title { font-size: 14px; font-weight: 600; fill: #1b222c; }
.tnn-chart .ink { fill: #1b222c; }
.tnn-chart .tick { font-size: 11px; font-variant-numeric: tabular-nums; }
.tnn-chart .grid { stroke: #e4e8ed; stroke-width: 1; }
.tnn-chart .axis { stroke: #aab3be; stroke-width: 1; }
.tnn-chart .label { font-size: 11px; fill: #1b222c; stroke: #ffffff; stroke-width: 3px; stroke-linejoin: round; paint-order: stroke; }
.tnn-chart .line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.tnn-chart .band { stroke: none; opacity: 0.16; }
.tnn-chart .hit { fill: #000000; fill-opacity: 0; stroke: none; }
.tnn-chart .s0 { stroke: #2360c5; fill: #2360c5; }
.tnn-chart .s1 { stroke: #c05a10; fill: #c05a10; }
.tnn-chart .s2 { stroke: #13805c; fill: #13805c; }
.tnn-chart .s3 { stroke: #8a3fb0; fill: #8a3fb0; }
.tnn-chart .line.s0, .tnn-chart .line.s1, .tnn-chart .line.s2, .tnn-chart .line.s3 { fill: none; }
.tnn-chart .dot { stroke: #ffffff; stroke-width: 1.5; }
.tnn-surface { fill: #ffffff; }
@media (prefers-color-scheme: dark) {
.tnn-chart text { fill: #9ba5b3; }
.tnn-chart .title, .tnn-chart .ink { fill: #e7eaef; }
.tnn-chart .grid { stroke: #2a313b; }
.tnn-chart .axis { stroke: #56606d; }
.tnn-chart .label { fill: #e7eaef; stroke: #161b22; }
.tnn-chart .s0 { stroke: #72a9ff; fill: #72a9ff; }
.tnn-chart .s1 { stroke: #f79d53; fill: #f79d53; }
.tnn-chart .s2 { stroke: #4fc99e; fill: #4fc99e; }
.tnn-chart .s3 { stroke: #cf93ee; fill: #cf93ee; }
.tnn-chart .dot { stroke: #161b22; }
.tnn-surface { fill: #161b22; }
}
)";
}

}  // namespace tnn
