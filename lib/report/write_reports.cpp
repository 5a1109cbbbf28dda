#include "report/write_reports.h"

#include <algorithm>

#include "core/atomic_file.h"
#include "core/error.h"
#include "report/curve_csv.h"
#include "report/curve_hdf5.h"
#include "report/curve_json.h"
#include "report/curve_svg.h"
#include "report/report_html.h"

namespace tnn {
namespace {

struct ReportFormat {
  const char* name;
  const char* file;
  std::string (*contents)(const UtilizationCurve&);
};

constexpr ReportFormat kFormats[] = {
    {"csv", "curve.csv", curve_csv}, {"json", "curve.json", curve_json},   {"h5", "curve.h5", curve_hdf5},
    {"svg", "curve.svg", curve_svg}, {"html", "report.html", report_html},
};

const ReportFormat& format_named(const std::string& name) {
  const auto* found = std::ranges::find(kFormats, name, &ReportFormat::name);
  if (found == std::end(kFormats)) throw UsageError(unknown_name_message("report format", name, report_formats()));
  return *found;
}

}  // namespace

std::vector<std::string> report_formats() {
  std::vector<std::string> names;
  for (const auto& format : kFormats) names.emplace_back(format.name);
  return names;
}

std::vector<std::filesystem::path> report_paths(const std::filesystem::path& folder, const std::vector<std::string>& formats) {
  std::vector<std::filesystem::path> paths;
  for (const auto& name : formats) paths.push_back(folder / format_named(name).file);
  return paths;
}

std::vector<std::filesystem::path> write_reports(const UtilizationCurve& curve, const std::filesystem::path& folder,
                                                 const std::vector<std::string>& formats) {
  const std::vector<std::filesystem::path> paths = report_paths(folder, formats);
  create_folder(folder);
  for (size_t i = 0; i < formats.size(); ++i) write_file_atomically(paths[i], format_named(formats[i]).contents(curve));
  return paths;
}

}  // namespace tnn
