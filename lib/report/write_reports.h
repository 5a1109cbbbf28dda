#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "report/utilization_curve.h"

namespace tnn {

/// The formats that write_reports knows: csv, json, h5, svg, html.
std::vector<std::string> report_formats();

/// Where write_reports may write in these formats; UsageError for an unknown one.
std::vector<std::filesystem::path> report_paths(const std::filesystem::path& folder, const std::vector<std::string>& formats);

/// Writes curve.csv, curve.json, curve.h5, curve.svg and report.html, those of `formats`, into a folder (created where it is not there),
/// each atomically; with curve.csv also controllers.csv where the curve has controllers, else an earlier one is removed. Returns their
/// paths in the order asked for. report.html shows pictures that lie in the folder (see pictures_of_run). An unknown format is a
/// UsageError, before anything is written.
std::vector<std::filesystem::path> write_reports(const UtilizationCurve& curve, const std::filesystem::path& folder,
                                                 const std::vector<std::string>& formats);

}  // namespace tnn
