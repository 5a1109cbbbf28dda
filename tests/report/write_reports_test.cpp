#include "report/write_reports.h"

#include <sys/resource.h>

#include <csignal>

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "report/controller_columns.h"
#include "sample_curve.h"
#include "temporary_folder.h"

using namespace tnn;

TEST_CASE("write_reports writes the formats that were asked for and says where") {
  const TemporaryFolder folder;
  const auto out = folder.path() / "runs" / "one";
  const auto paths = write_reports(sample_curve(), out, report_formats());
  REQUIRE(paths.size() == 5);
  CHECK(paths[4] == out / "report.html");
  for (const auto& path : paths) CHECK(std::filesystem::file_size(path) > 500);
  CHECK(read_file(out / "curve.h5").substr(0, 4) == "\x89HDF");
  CHECK(write_reports(sample_curve(1), folder.path(), {"svg"}) == std::vector{folder.path() / "curve.svg"});
}

TEST_CASE("controllers.csv is written beside curve.csv, and goes with the controllers") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "controllers.csv";
  const auto paths = write_reports(sample_curve_with_controllers(), folder.path(), {"json", "csv"});
  CHECK(paths == std::vector{folder.path() / "curve.json", folder.path() / "curve.csv", path});
  CHECK(read_file(path) == controllers_csv(sample_curve_with_controllers()));
  write_reports(sample_curve(2), folder.path(), {"json"});
  CHECK(std::filesystem::exists(path));
  CHECK(write_reports(sample_curve(2), folder.path(), {"csv"}).size() == 1);
  CHECK_FALSE(std::filesystem::exists(path));
  write_file_atomically(path, "someone's,own\n");
  write_reports(sample_curve(2), folder.path(), {"csv"});
  CHECK(read_file(path) == "someone's,own\n");
}

TEST_CASE("an unknown report format is a usage error with the allowed ones, before anything is written") {
  const TemporaryFolder folder;
  CHECK_THROWS_AS(write_reports(sample_curve(1), folder.path() / "out", {"csv", "pdf"}), UsageError);
  CHECK_THROWS_WITH(write_reports(sample_curve(1), folder.path() / "out", {"csv", "jsn"}),
                    ContainsSubstring("did you mean 'json'") && ContainsSubstring("allowed: csv, json, h5, svg, html"));
  CHECK_FALSE(std::filesystem::exists(folder.path() / "out"));
}

TEST_CASE("a full disk is a system error for every report, and the previous one stays") {
  const TemporaryFolder folder;
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit usual{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &usual) == 0);
  for (const auto& format : report_formats()) {
    const auto path = write_reports(sample_curve(1), folder.path(), {format}).front();
    const std::string before = read_file(path);
    const rlimit none{0, usual.rlim_max};  // the system refuses the first byte, as of a full disk
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &none) == 0);
    bool refused = false;
    try {
      write_reports(sample_curve(2), folder.path(), {format});
    } catch (const SystemError&) {
      refused = true;
    }
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &usual) == 0);
    INFO(format);
    CHECK(refused);
    CHECK((read_file(path) == before));
  }
  std::signal(SIGXFSZ, handler);
}
