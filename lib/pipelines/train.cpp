#include "pipelines/train.h"

#include <fmt/format.h>

#include "evaluation/utilization_list.h"
#include "network/device.h"
#include "pipelines/damage_reports.h"
#include "pipelines/sweep_utilization.h"
#include "pipelines/train_datapath.h"
#include "report/write_reports.h"

namespace tnn {

TrainResult train(const Recipe& recipe, const TrainOptions& options, Progress& progress) {
  const int threads = set_threads(recipe);
  datapath_options(recipe);  // faults of recipe and data before anything is created or removed
  const Experiment experiment = prepare_experiment(recipe);
  parse_utilizations(recipe.text("evaluation.u"), experiment.description.points);
  choose_device(recipe.text("run.device"));
  const TrainingData data = load_training_data(experiment);
  if (options.sweep)
    load_test_data(experiment.description, experiment.dataset, sweep_options(recipe));  // damage shows now, not after hours
  const RunFolder folder = RunFolder::open(options.out.empty() ? RunFolder::default_path(recipe) : options.out, options.existing);
  LoggingProgress log(progress, folder.log());
  log.message(options.command);

  DamageReports observed(log, data.images);
  const TrainedDatapath trained = train_datapath(experiment, data, folder, options.existing == RunFolder::Existing::resume, observed);
  TrainResult result{{}, {trained.model}};
  if (!options.sweep) return result;

  SweepOptions sweep = sweep_options(recipe);
  sweep.model = trained.model;
  sweep.name = folder.path().filename().string();
  sweep.command = options.command;
  sweep.history = trained.history;
  sweep.threads = threads;
  result.curve = sweep_utilization(sweep, log);
  const auto reports = write_reports(result.curve, folder.path(), recipe.texts("output.formats"));
  result.files.insert(result.files.end(), reports.begin(), reports.end());
  return result;
}

}  // namespace tnn
