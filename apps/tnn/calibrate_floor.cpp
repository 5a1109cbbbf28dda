#include "pipelines/calibrate_floor.h"

#include <fmt/format.h>

#include <memory>

#include "gentle_stop.h"
#include "pipelines/experiment.h"
#include "subcommands.h"
#include "tell.h"
#include "terminal_progress.h"

namespace tnn::app {
namespace {

struct Options {
  std::filesystem::path model;
  FloorOptions floor;
  RecipeFlags flags;
  std::string format = "text";
};

int run_calibration(Options& options, const Session& session) {
  stop_gently_on_signals();
  options.floor.model = find_model(options.model, options.flags.overrides());
  set_threads(options.floor.model.run.threads);
  TerminalProgress terminal;
  Progress silent;
  const CalibratedFloor floor = calibrate_floor(options.floor, session.quiet ? silent : static_cast<Progress&>(terminal));
  if (!session.quiet)
    tell(fmt::format(
        "certified: with confidence {}, at most {} of inputs like those of '{}' are wrong where the full network is right; stored in "
        "'{}'\n",
        floor.certificate.confidence, floor.certificate.risk, floor.certificate.calibration, floor.file.string()));
  print_result(floor_table(floor), options.format);
  return 0;
}

}  // namespace

void setup_calibrate_floor(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand(
      "calibrate-floor",
      "Find the cheapest setting that is guaranteed to be wrong where the full network is right on at most a share of all inputs");
  auto options = std::make_shared<Options>();
  FloorOptions& floor = options->floor;
  names_path(command->add_option("MODEL", options->model, "Run folder, or model file (.safetensors) with --split test"))
      ->required()
      ->check(CLI::ExistingPath);
  command
      ->add_option("--risk", floor.target.risk, "Highest probability, in (0, 1), that the setting is wrong where the full network is right")
      ->capture_default_str();
  command->add_option("--confidence", floor.target.confidence, "With which probability over the samples that holds, in (0, 1)")
      ->capture_default_str();
  auto* rule = command->add_option("--rule", floor.rule, "What is tried: fixed (one u), cascade, or auto (both, at half the level each)")
                   ->check(CLI::IsMember({"auto", "fixed", "cascade"}))
                   ->capture_default_str();
  auto* stages = command->add_option("--stages", floor.stages, "Utilizations of the cascade's stages, rising; the full network is the last")
                     ->delimiter(',')
                     ->check(CLI::Range(1e-9, 1.0))
                     ->capture_default_str();
  names_path(command->add_option("--controller", floor.controller,
                                 "Certify this controller of the model instead, with the least u that its choices are raised to"))
      ->check(CLI::ExistingFile)
      ->excludes(rule)
      ->excludes(stages);
  command->add_option("--split", floor.split, "Held-out samples: validation (of the run's recipe) or test")
      ->check(CLI::IsMember({"validation", "test"}))
      ->capture_default_str();
  options->flags.add_to(*command);
  add_format(*command, options->format);
  command->callback([options, &session] { session.action = [options, &session] { return run_calibration(*options, session); }; });
}

}  // namespace tnn::app
