#include "pipelines/sweep_utilization.h"

#include <fmt/format.h>

#include <memory>

#include "core/folder.h"
#include "gentle_stop.h"
#include "pipelines/named_model.h"
#include "report/curve_json.h"
#include "report/curve_table.h"
#include "report/write_reports.h"
#include "subcommands.h"
#include "tell.h"
#include "terminal_progress.h"

namespace tnn::app {
namespace {

struct Options {
  std::filesystem::path model, controller, vanilla;
  RecipeFlags flags;
  std::string utilizations, engine = "torch", precision = "fp32", out, format = "text";
  bool latency = false;
};

/// The reports can be written there, and replace nothing of what is swept.
void check_reports(const NamedModel& named, const std::filesystem::path& out) {
  check_folder_can_be_written(out);
  for (const auto& path : report_paths(out, named.output.formats)) named.inputs.check_kept("--out", path);
}

int run_sweep(const Options& options, const Session& session) {
  stop_gently_on_signals();
  const NamedModel named = find_trained_model(options.model, options.flags.overrides());
  if (!options.out.empty()) check_reports(named, options.out);
  TerminalProgress terminal;
  Progress silent;
  SweepOptions sweep = sweep_options(named.data, named.evaluation, named.run);
  sweep.threads = set_threads(named.run.threads);
  sweep.model = named.model;
  sweep.controller = options.controller;
  if (!options.vanilla.empty()) sweep.vanilla = find_model(options.vanilla, {}).model;
  sweep.name = options.model.has_filename() ? options.model.filename().string() : options.model.parent_path().filename().string();
  sweep.command = session.command;
  sweep.history = named.history;
  sweep.recipe = named.resolved_yaml;
  if (!options.utilizations.empty()) sweep.utilizations = options.utilizations;
  sweep.engine = options.engine;
  sweep.precision = precision_from_name(options.precision);
  sweep.latency = sweep.latency || options.latency;
  if (!session.quiet && !named.weights.empty()) tell("weights of " + named.weights + "\n");
  const UtilizationCurve curve = sweep_utilization(sweep, session.quiet ? silent : static_cast<Progress&>(terminal));
  if (!options.out.empty())
    for (const auto& file : write_reports(curve, options.out, named.output.formats))
      if (!session.quiet) tell(fmt::format("written: {}\n", file.string()));
  const TableFormat format = table_format(options.format);
  print_table(format == TableFormat::json ? curve_json(curve) : format_table(curve_table(curve, is_for_programs(format)), format), format);
  return 0;
}

}  // namespace

void setup_sweep_utilization(CLI::App& app, Session& session) {
  auto* command =
      app.add_subcommand("sweep-utilization", "Measure accuracy and cost of a trained model against utilization, on the test set");
  auto options = std::make_shared<Options>();
  names_path(command->add_option("MODEL", options->model, "Run folder, model file (.safetensors), or a recipe with model.pretrained"))
      ->required()
      ->check(CLI::ExistingPath);
  command->add_option("--u", options->utilizations, "distinct (every operating point), start:end:step, or a list such as 0.25,0.5,1")
      ->check(not_empty);
  command->add_option("--engine", options->engine, "What computes: torch, or an engine of the runtime, as deployed (see tnn run)")
      ->capture_default_str();
  command
      ->add_option("--precision", options->precision,
                   "Of an engine: fp32, bf16, and tf32 or fp16 on a GPU; below fp32 the accuracy in fp32 is measured, too")
      ->capture_default_str();
  names_path(command->add_option("--controller", options->controller,
                                 "Compare this controller of the model (controller.safetensors) with what it must beat"))
      ->check(CLI::ExistingFile);
  names_path(command->add_option("--vanilla", options->vanilla,
                                 "Compare the controller with this network at full width, too: run folder or model file"))
      ->check(CLI::ExistingPath)
      ->needs("--controller");
  command->add_flag("--latency", options->latency, "Measure the time of one-image inference, too");
  names_path(command->add_option("--out", options->out,
                                 "Folder for curve.csv, .json, .h5, .svg, report.html and, with --controller, controllers.csv"))
      ->check(not_empty);
  options->flags.add_to(*command);
  add_format(*command, options->format);
  command->callback([options, &session] { session.action = [options, &session] { return run_sweep(*options, session); }; });
}

}  // namespace tnn::app
