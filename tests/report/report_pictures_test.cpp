#include "report/report_pictures.h"

#include <chrono>

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "markup_check.h"
#include "report/write_reports.h"
#include "sample_curve.h"
#include "temporary_folder.h"

using namespace tnn;
namespace fs = std::filesystem;

namespace {

std::vector<std::string> names(const fs::path& folder) {
  std::vector<std::string> files;
  for (const ReportPicture& picture : pictures_of_run(folder)) files.push_back(picture.file);
  return files;
}

}  // namespace

TEST_CASE("a report shows the pictures of benchmarks and streams that lie in its run's folder") {
  const TemporaryFolder folder;
  write_file_atomically(folder.path() / "recipe.resolved.yaml", "data: {}\n");
  for (const char* name : {"another.svg", "bench.svg", "curve.svg", "trace.svg", "trace.csv"})
    write_file_atomically(folder.path() / name, "<svg onload=\"alert('1 & 2')\"/>");
  fs::create_directory(folder.path() / "folder.svg");
  fs::create_symlink(folder.path() / "nowhere", folder.path() / "link.svg");
  CHECK(names(folder.path()) == std::vector<std::string>{"bench.svg", "another.svg", "trace.svg"});

  write_reports(sample_curve(), folder.path(), {"html"});
  const std::string html = read_file(folder.path() / "report.html");
  CHECK(markup_fault(html) == "");
  CHECK_THAT(html, ContainsSubstring("src=\"data:image/svg+xml,%3Csvg%20onload=%22alert%28%271%20%26%202%27%29%22/%3E\""));
  CHECK_THAT(html, ContainsSubstring("alt=\"bench.svg\""));
}

TEST_CASE("pictures that are older than the run's recipe are of another run and not shown") {
  const TemporaryFolder folder;
  CHECK(names(folder.path() / "none").empty());
  write_file_atomically(folder.path() / "bench.svg", "<svg/>");
  CHECK(names(folder.path()).size() == 1);
  const auto recipe = folder.path() / "recipe.resolved.yaml";
  write_file_atomically(recipe, "data: {}\n");
  fs::last_write_time(recipe, fs::last_write_time(folder.path() / "bench.svg") + std::chrono::hours(1));
  CHECK(names(folder.path()).empty());
  write_reports(sample_curve(), folder.path(), {"html"});
  CHECK(read_file(folder.path() / "report.html").find("Measured while it ran") == std::string::npos);
}
