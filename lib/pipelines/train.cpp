#include "pipelines/train.h"

#include <fmt/format.h>

#include "network/device.h"
#include "pipelines/damage_reports.h"
#include "pipelines/gate_stage.h"
#include "pipelines/initial_network.h"
#include "pipelines/output_check.h"
#include "pipelines/sweep_run.h"
#include "pipelines/sweep_utilization.h"
#include "pipelines/train_datapath.h"
#include "training/gate_options.h"

namespace tnn {

TrainResult train(const Recipe& recipe, const TrainOptions& options, Progress& progress) {
  const int threads = set_threads(recipe);
  datapath_options(recipe), gate_options(recipe);  // faults of recipe and data before anything is created or removed
  const Experiment experiment = prepare_experiment(recipe);
  recipe_utilizations(recipe, experiment.description.points);
  if (gate_options(recipe).method != GateMethod::none && experiment.description.graph.gates().empty())
    throw recipe.fault("gates.method", fmt::format("'{}' has no gate: there is nothing to learn", experiment.description.graph.name()));
  const std::filesystem::path place = options.out.empty() ? RunFolder::default_path(recipe) : options.out;
  check_training_folder(recipe, place, options.existing);
  if (gate_options(recipe).method != GateMethod::none) check_training_folder(recipe, RunFolder(place).gates(), options.existing);
  if (options.existing != RunFolder::Existing::resume) check_pretrained(recipe, experiment.description.graph);
  choose_device(recipe.text("run.device"));
  const TrainingData data = load_training_data(experiment);
  if (options.sweep)
    load_test_data(experiment.description, experiment.dataset, sweep_options(recipe));  // damage shows now, not after hours
  const RunFolder folder = RunFolder::open(place, options.existing, recipe.text("export.model"));
  LoggingProgress log(progress, folder.log());
  log.message(options.command);

  const bool resume = options.existing == RunFolder::Existing::resume;
  DamageReports observed(log, data.images);
  const TrainedStage trained = train_datapath(experiment, data, folder, resume, observed);
  TrainResult result{{}, {trained.model}};
  if (!options.sweep) return result;
  sweep_run(recipe, trained, folder, options.command, threads, result, log);
  if (gate_options(recipe).method == GateMethod::none) return result;

  const RunFolder gates = RunFolder::open(folder.gates(), options.existing, recipe.text("export.model"));
  LoggingProgress gates_log(log, gates.log());
  Network datapath = load_datapath(experiment, trained.model);
  const TrainedStage learned = train_gate_stage(experiment, datapath, data, gates, resume, gates_log);
  result.files.push_back(learned.model);
  sweep_run(recipe, learned, gates, options.command, threads, result, gates_log);
  return result;
}

}  // namespace tnn
