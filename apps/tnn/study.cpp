#include <fmt/format.h>

#include <memory>

#include "core/error.h"
#include "gentle_stop.h"
#include "pipelines/study.h"
#include "subcommands.h"
#include "tell.h"
#include "terminal_progress.h"

namespace tnn::app {
namespace {

struct Options {
  StudyOptions study;
  RecipeFlags flags;
  std::vector<std::string> grid;
  std::string seeds = "1-3", format = "text";
  int64_t only = -1;
  bool list = false, collect = false;
};

void read_options(Options& options, const Session& session) {
  StudyOptions& study = options.study;
  study.overrides = options.flags.overrides();
  study.seeds = parse_seeds(options.seeds);
  for (const std::string& text : options.grid) study.grid.push_back(parse_grid_key(text));
  if (options.only >= 0) study.only = options.only;
  study.command = session.command;
  if (study.out.empty()) study.out = std::filesystem::path("runs") / ("study-" + study.recipe.stem().string());
}

int run_study_command(Options& options, const Session& session) {
  stop_gently_on_signals();
  read_options(options, session);
  const StudyOptions& study = options.study;
  if (options.list) {
    print_text(study_list(study));
    return 0;
  }
  TerminalProgress terminal;
  Progress silent;
  if (!options.collect) run_study(study, session.quiet ? silent : static_cast<Progress&>(terminal));
  if (study.only) return 0;
  const StudyResult result = collect_study(study);
  print_result(study_table(result, study.grid, is_for_programs(table_format(options.format))), options.format);
  if (!session.quiet) tell(fmt::format("{} of {} runs; written: {}\n", result.finished, result.runs, (study.out / "study.svg").string()));
  return 0;
}

}  // namespace

void setup_study(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand("study", "Train a recipe with several seeds and settings; one table and one figure with intervals");
  auto options = std::make_shared<Options>();
  StudyOptions& study = options->study;
  names_path(command->add_option("RECIPE", study.recipe, "Recipe (YAML)"))->required()->check(CLI::ExistingFile);
  command->add_option("--seeds", options->seeds, "training.seed of the runs: 1-3, or 1,4,7")->capture_default_str();
  command->add_option("--set-grid", options->grid, "A recipe key and its values, KEY=[A,B]; repeatable: every combination")
      ->take_all()
      ->allow_extra_args(false)
      ->type_name("KEY=[A,B]");
  names_path(command->add_option("--out", study.out, "Folder for the runs, study.csv, study.json and study.svg (default: runs/study-NAME)"))
      ->check(not_empty);
  command->add_option("--jobs", study.jobs, "Runs at a time, each a process of its own")->check(CLI::Range(1, 1024))->capture_default_str();
  auto* list = command->add_flag("--list", options->list, "Print the runs, a number and a folder each, and do nothing");
  auto* only = command->add_option("--run", options->only, "Train this run of the list alone: a task of a job array")->excludes(list);
  command->add_flag("--collect", options->collect, "Train nothing: table and figure of the runs that are finished")
      ->excludes(list)
      ->excludes(only);
  options->flags.add_to(*command);
  add_format(*command, options->format);
  command->callback([options, &session] { session.action = [options, &session] { return run_study_command(*options, session); }; });
}

}  // namespace tnn::app
