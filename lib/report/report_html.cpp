#include "report/report_html.h"

#include <fmt/format.h>

#include "report/chart.h"
#include "report/markup.h"
#include "report/report_sections.h"
#include "report/report_style.h"

namespace tnn {
namespace {

std::string header(const UtilizationCurve& curve) {
  std::string line;
  for (const std::string& part : {curve.model, curve.dataset, curve.date})
    if (!part.empty()) line += (line.empty() ? "" : " · ") + escape_markup(part);
  return fmt::format("<header>\n<h1>{}</h1>\n<p class=\"muted\">{}</p>\n</header>\n", escape_markup(curve.name), line);
}

}  // namespace

std::string report_html(const UtilizationCurve& curve, const std::vector<ReportPicture>& pictures) {
  std::string html = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>{} · {} against utilization</title>\n",
      escape_markup(curve.name), escape_markup(curve.score_name));
  html += fmt::format("<style>{}{}</style>\n</head>\n<body>\n<main>\n", report_style(), chart_style());
  html += header(curve);
  html += headline_section(curve);
  html += charts_section(curve);
  html += controllers_section(curve);
  html += gates_section(curve);
  html += gate_shares_section(curve);
  html += classes_section(curve);
  html += examples_section(curve);
  html += points_section(curve);
  html += pictures_section(pictures);
  html += training_section(curve);
  html += origin_section(curve);
  return html + "</main>\n</body>\n</html>\n";
}

}  // namespace tnn
