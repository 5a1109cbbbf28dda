#include "report/write_reports.h"

#include <algorithm>
#include <iterator>

#include "core/atomic_file.h"
#include "core/error.h"
#include "report/controller_columns.h"
#include "report/curve_csv.h"
#include "report/curve_hdf5.h"
#include "report/curve_json.h"
#include "report/curve_svg.h"
#include "report/report_html.h"

namespace tnn {
namespace {

/// A file of a format. Of a curve without controllers there is no `of_controllers` one.
struct ReportFile {
  const char* format;
  const char* file;
  std::string (*contents)(const UtilizationCurve&, const std::filesystem::path& folder);
  bool of_controllers = false;
};

/// Contents that the curve alone decides.
template <std::string (*write)(const UtilizationCurve&)>
std::string of_curve(const UtilizationCurve& curve, const std::filesystem::path&) {
  return write(curve);
}

std::string page(const UtilizationCurve& curve, const std::filesystem::path& folder) { return report_html(curve, pictures_of_run(folder)); }

constexpr ReportFile kFiles[] = {{"csv", "curve.csv", of_curve<curve_csv>},    {"csv", "controllers.csv", of_curve<controllers_csv>, true},
                                 {"json", "curve.json", of_curve<curve_json>}, {"h5", "curve.h5", of_curve<curve_hdf5>},
                                 {"svg", "curve.svg", of_curve<curve_svg>},    {"html", "report.html", page}};

/// The files of these formats, in the order asked for.
std::vector<ReportFile> files_of(const std::vector<std::string>& formats) {
  std::vector<ReportFile> files;
  for (const auto& name : formats) {
    const size_t before = files.size();
    std::ranges::copy_if(kFiles, std::back_inserter(files), [&](const ReportFile& file) { return file.format == name; });
    if (files.size() == before) throw UsageError(unknown_name_message("report format", name, report_formats()));
  }
  return files;
}

/// Removes an earlier comparison of controllers, which would be taken for one of this curve.
void remove_earlier(const std::filesystem::path& path) {
  std::error_code fault;
  if (std::filesystem::is_regular_file(path, fault) && is_controllers_csv(read_file(path))) std::filesystem::remove(path, fault);
}

}  // namespace

std::vector<std::string> report_formats() {
  std::vector<std::string> names;
  for (const auto& file : kFiles)
    if (names.empty() || names.back() != file.format) names.emplace_back(file.format);
  return names;
}

std::vector<std::filesystem::path> report_paths(const std::filesystem::path& folder, const std::vector<std::string>& formats) {
  std::vector<std::filesystem::path> paths;
  for (const auto& file : files_of(formats)) paths.push_back(folder / file.file);
  return paths;
}

std::vector<std::filesystem::path> write_reports(const UtilizationCurve& curve, const std::filesystem::path& folder,
                                                 const std::vector<std::string>& formats) {
  const std::vector<ReportFile> files = files_of(formats);
  create_folder(folder);
  std::vector<std::filesystem::path> paths;
  for (const auto& file : files) {
    const auto path = folder / file.file;
    if (file.of_controllers && curve.controllers.empty()) {
      remove_earlier(path);
      continue;
    }
    write_file_atomically(path, file.contents(curve, folder));
    paths.push_back(path);
  }
  return paths;
}

}  // namespace tnn
