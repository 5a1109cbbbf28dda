#include "pipelines/train.h"

#include <algorithm>

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
  std::vector<EpochSummary> history;                   // of the model that is swept
  std::vector<std::shared_ptr<LoggingProgress>> logs;  // what a later stage says goes to the run's log, too
  for (const Stage* stage : plan.stages) {
    held.push_back(RunFolder::open(plan.folder(*stage), options.existing, stage->file_name(settings)));
    const RunFolder folder = held.back();
    logs.push_back(std::make_shared<LoggingProgress>(logs.empty() ? progress : *logs.back(), folder.log()));
    if (logs.size() == 1) logs.back()->message(options.command);
    DamageReports observed(*logs.back(), data.images);
    TrainedModel trained = stage->train({experiment, data, plan.model}, folder, resume, observed);
    result.files.push_back(stage->extends_model() ? trained.controller : trained.file);
    plan.model = trained.file;
    if (stage->extends_model()) trained.history = history;  // the report is that of the model, whose training it shows if it was here
    history = trained.history;
    const auto next = std::find(plan.stages.begin(), plan.stages.end(), stage) + 1;
    if (!options.sweep || (next != plan.stages.end() && (*next)->extends_model())) continue;  // the next one's sweep is this one's, too
    const RunFolder& of_model = stage->extends_model() && held.size() > 1 ? held[held.size() - 2] : folder;
    sweep_run(settings, trained, of_model, options.command, threads, result, *logs.back());
  }
  return result;
}

}  // namespace tnn
