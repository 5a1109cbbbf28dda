#include <fmt/format.h>

#include <memory>

#include "gentle_stop.h"
#include "pipelines/train.h"
#include "processes.h"
#include "report/curve_table.h"
#include "subcommands.h"
#include "tell.h"
#include "terminal_progress.h"

namespace tnn::app {
namespace {

struct Options {
  std::filesystem::path recipe, from;
  RecipeFlags flags;
  std::string out, format = "text";
  std::string stage;
  bool resume = false, overwrite = false, dry_run = false, sweep = true;
  int processes = 0;
};

void print_training(const TrainResult& result, const Options& options, bool quiet) {
  if (options.sweep)
    print_result(curve_table(result.curve, is_for_programs(table_format(options.format))), options.format);
  else
    print_path(result.files.front().string());
  finish_output();
  if (quiet) return;
  tell(fmt::format("\nwritten:\n"));
  for (const auto& file : result.files) {
    const bool html = file.extension() == ".html";
    tell(fmt::format("  {}{}\n", file.string(), html ? "   <- open in a browser (one file, no network needed)" : ""));
  }
}

/// In each process of the group.
int train_in_group(const Settings& settings, TrainOptions train_options, const Options& options, const Session& session) {
  stop_gently_on_signals();
  TerminalProgress terminal;
  Progress silent;
  const bool writer = is_writer(train_options.group);
  const TrainResult result = train(settings, train_options, session.quiet || !writer ? silent : static_cast<Progress&>(terminal));
  if (writer) print_training(result, options, session.quiet);
  return 0;
}

int run_train(const Options& options, const Session& session) {
  const Settings settings = read_settings(Recipe::load(options.recipe, options.flags.overrides()));
  TrainOptions train_options;
  train_options.out = options.out;
  train_options.stage = options.stage;
  train_options.from = options.from;
  train_options.sweep = options.sweep;
  train_options.command = session.command;
  if (options.resume) train_options.existing = RunFolder::Existing::resume;
  if (options.overwrite) train_options.existing = RunFolder::Existing::overwrite;
  if (options.dry_run) {
    const TableFormat format = table_format(options.format);
    print_table(dry_run(settings, train_options, format), format);
    return 0;
  }
  return run_in_group(options.processes, settings, [&](const SharedGroup& group) {
    train_options.group = group;
    return train_in_group(settings, train_options, options, session);
  });
}

struct Command {
  std::string name, help;
  std::string stage = {};        ///< trained alone; empty: all
  std::string starts_from = {};  ///< help of --from; empty: the command has none
  bool sweep = true;
};

void setup(CLI::App& app, Session& session, const Command& what) {
  auto* command = app.add_subcommand(what.name, what.help);
  auto options = std::make_shared<Options>();
  options->sweep = what.sweep;
  options->stage = what.stage;
  names_path(command->add_option("RECIPE", options->recipe, "Recipe (YAML)"))->required();
  if (!what.starts_from.empty())
    names_path(command->add_option("--from", options->from, what.starts_from + ": run folder or model file (.safetensors)"))
        ->required()
        ->check(CLI::ExistingPath);
  names_path(command->add_option("--out", options->out,
                                 std::string("Run folder (default: output.folder/output.name") +
                                     (what.starts_from.empty() ? "" : "/" + what.stage) + " of the recipe)"))
      ->check(not_empty);
  auto* resume = command->add_flag("--resume", options->resume,
                                   "Go on from the last checkpoint in the run folder, bit for bit; start where there is none");
  command->add_flag("--overwrite", options->overwrite, "Replace a run that is there")->excludes(resume);
  command->add_flag("--dry-run", options->dry_run, "Check everything, say what would happen, write nothing");
  add_processes(*command, options->processes);
  options->flags.add_to(*command);
  add_format(*command, options->format);
  command->callback([options, &session] { session.action = [options, &session] { return run_train(*options, session); }; });
}

}  // namespace

void setup_train(CLI::App& app, Session& session) {
  setup(app, session, {"train", "Run every stage of a recipe: train once, sweep the utilization, write the report"});
}

void setup_train_datapath(CLI::App& app, Session& session) {
  setup(app, session, {"train-datapath", "Train the data path of a recipe, without the sweep", "datapath", "", false});
}

void setup_train_gates(CLI::App& app, Session& session) {
  setup(app, session,
        {"train-gates", "Learn the gates of a recipe on a trained data path, sweep the utilization, write the report", "gates",
         "The trained data path"});
}

void setup_train_controller(CLI::App& app, Session& session) {
  setup(app, session,
        {"train-controller", "Learn a controller that chooses u for each input, on a trained data path; compare it with what it must beat",
         "controller", "The trained data path"});
}

}  // namespace tnn::app
