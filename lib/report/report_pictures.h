#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tnn {

/// An SVG file that stands in a report.
struct ReportPicture {
  std::string file;  ///< its name
  std::string svg;
};

/// The pictures that other commands left in a run folder: bench.svg of `tnn bench` first, then those of governed streams (`tnn run
/// --trace`) by name. curve.svg is not one of them, since the report draws it itself, nor is a file that is older than the run's recipe
/// (recipe.resolved.yaml), which is of an earlier run, or one of more than 8 MiB. Empty where the folder cannot be read.
std::vector<ReportPicture> pictures_of_run(const std::filesystem::path& folder);

/// The section of report.html that shows them, each as an image, so that a script in one is not run; "" without any.
std::string pictures_section(const std::vector<ReportPicture>& pictures);

}  // namespace tnn
