#include "pipelines/train.h"

#include "network/device.h"
#include "pipelines/damage_reports.h"
#include "pipelines/sweep_run.h"
#include "pipelines/sweep_utilization.h"
#include "pipelines/train_plan.h"

namespace tnn {

TrainResult train(const Settings& settings, const TrainOptions& options, Progress& progress) {
  const int threads = set_threads(settings.run.threads);
  TrainPlan plan = plan_training(settings, options);  // faults of recipe and data before anything is created or removed
  const Experiment experiment = prepare_experiment(settings);
  settings_utilizations(settings, experiment.description.points);
  check_training_folders(settings, plan, options.existing);
  choose_device(settings.run.device);
  const bool resume = options.existing == RunFolder::Existing::resume;
  for (const Stage* stage : plan.stages) stage->check(experiment, plan.model, resume);
  const TrainingData data = load_training_data(experiment);
  if (options.sweep)
    load_test_data(experiment.description, experiment.dataset, sweep_options(settings));  // damage shows now, not after hours

  TrainResult result;
  std::vector<RunFolder> held;                         // locked to the end: a folder holds those of the stages after it
  std::vector<std::shared_ptr<LoggingProgress>> logs;  // what a later stage says goes to the run's log, too
  for (const Stage* stage : plan.stages) {
    held.push_back(RunFolder::open(plan.folder(*stage), options.existing, settings.output.model));
    const RunFolder folder = held.back();
    logs.push_back(std::make_shared<LoggingProgress>(logs.empty() ? progress : *logs.back(), folder.log()));
    if (logs.size() == 1) logs.back()->message(options.command);
    DamageReports observed(*logs.back(), data.images);
    const TrainedModel trained = stage->train({experiment, data, plan.model}, folder, resume, observed);
    result.files.push_back(trained.file);
    if (options.sweep) sweep_run(settings, trained, folder, options.command, threads, result, *logs.back());
    plan.model = trained.file;
  }
  return result;
}

}  // namespace tnn
