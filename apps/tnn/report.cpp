#include <fmt/format.h>

#include <memory>

#include "core/error.h"
#include "core/folder.h"
#include "report/curve_json.h"
#include "report/write_reports.h"
#include "subcommands.h"
#include "tell.h"

namespace tnn::app {
namespace {

int write_report(const std::filesystem::path& run, const Session& session) {
  const auto curve = run / "curve.json";
  if (!std::filesystem::exists(curve))
    throw UsageError(
        fmt::format("'{}' has no curve.json: `tnn sweep-utilization {} --out {}` writes it", run.string(), run.string(), run.string()));
  check_folder_can_be_written(run);
  for (const auto& file : write_reports(read_curve_json(curve), run, {"html"}))
    if (!session.quiet) tell(fmt::format("written: {}\n", file.string()));
  return 0;
}

}  // namespace

void setup_report(CLI::App& app, Session& session) {
  auto* command =
      app.add_subcommand("report", "Write a run's report.html anew, with the pictures of benchmarks and governed streams beside it");
  auto run = std::make_shared<std::filesystem::path>();
  names_path(command->add_option("RUN", *run,
                                 "Run folder that holds curve.json; bench.svg (tnn bench --out RUN) and pictures of tnn run --trace "
                                 "in it are shown"))
      ->required()
      ->check(CLI::ExistingDirectory);
  command->callback([run, &session] { session.action = [run, &session] { return write_report(*run, session); }; });
}

}  // namespace tnn::app
