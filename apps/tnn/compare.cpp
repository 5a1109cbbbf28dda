#include <fmt/format.h>

#include <memory>

#include "gentle_stop.h"
#include "pipelines/compare_static.h"
#include "subcommands.h"
#include "tell.h"
#include "terminal_progress.h"

namespace tnn::app {
namespace {

struct Options {
  CompareOptions compare{{}, {}, {0.25, 0.5, 1}, 3, {}, false, {}};
  RecipeFlags flags;
  std::string format = "text";
};

int run_compare(Options& options, const Session& session) {
  stop_gently_on_signals();
  options.compare.overrides = options.flags.overrides();
  options.compare.command = session.command;
  if (options.compare.out.empty())
    options.compare.out = std::filesystem::path("runs") / ("compare-" + options.compare.recipe.stem().string());
  TerminalProgress terminal;
  Progress silent;
  const StaticComparison comparison = compare_with_static(options.compare, session.quiet ? silent : static_cast<Progress&>(terminal));
  print_result(comparison_table(comparison, is_for_programs(table_format(options.format))), options.format);
  if (!session.quiet) tell(fmt::format("written: {}\n", (options.compare.out / "compare.json").string()));
  return 0;
}

}  // namespace

void setup_compare(CLI::App& app, Session& session) {
  auto* command =
      app.add_subcommand("compare", "Train a recipe's network and static ones of the same widths, and compare them seed by seed");
  auto options = std::make_shared<Options>();
  CompareOptions& compare = options->compare;
  names_path(command->add_option("RECIPE", compare.recipe, "Recipe (YAML)"))->required()->check(CLI::ExistingFile);
  command->add_option("--u", compare.utilizations, "Utilizations, each with a static network of its widths")
      ->delimiter(',')
      ->capture_default_str();
  command->add_option("--seeds", compare.seeds, "Trainings of each network: training.seed 1, 2, ...")
      ->check(CLI::Range(int64_t{1}, int64_t{1000}))
      ->capture_default_str();
  names_path(command->add_option("--out", compare.out, "Folder for the runs and compare.json (default: runs/compare-NAME)"))
      ->check(not_empty);
  command->add_flag("--resume", compare.resume, "Go on with the runs that are there");
  options->flags.add_to(*command);
  add_format(*command, options->format);
  command->callback([options, &session] { session.action = [options, &session] { return run_compare(*options, session); }; });
}

}  // namespace tnn::app
