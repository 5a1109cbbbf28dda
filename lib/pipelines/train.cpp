#include "pipelines/train.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "data/set_identity.h"
#include "network/device.h"
#include "pipelines/damage_reports.h"
#include "pipelines/process_identity.h"
#include "pipelines/sweep_run.h"
#include "pipelines/sweep_utilization.h"
#include "pipelines/train_plan.h"

namespace tnn {
namespace {

/// What a training works with, when all that can be checked beforehand is.
struct Prepared {
  TrainPlan plan;
  Experiment experiment;
  TrainingData data;
};

/// Faults of recipe and data, before anything is created or removed.
Prepared prepare(const Settings& settings, const TrainOptions& options) {
  Prepared prepared{plan_training(settings, options), prepare_experiment(settings), {}};
  const Experiment& experiment = prepared.experiment;
  settings_utilizations(settings, experiment.description.points);
  if (is_writer(options.group)) check_training_folders(settings, prepared.plan, options.existing);
  choose_device(settings.run.device);
  const bool resume = options.existing == RunFolder::Existing::resume;
  for (const Stage* stage : prepared.plan.stages) stage->check(experiment, prepared.plan.model, resume);
  prepared.data = load_training_data(experiment);
  prepared.data.group = options.group;
  if (options.sweep)
    load_test_data(experiment.description, experiment.dataset, sweep_options(settings));  // damage shows now, not after hours
  return prepared;
}

/// Where a stage's run goes and what it says: rank 0 holds the folder, the others have a log of their own in it.
RunFolder open_folder(const TrainPlan& plan, const Stage& stage, const Settings& settings, const TrainOptions& options) {
  RunFolder folder(plan.folder(stage));
  all_or_none(options.group, [&] {
    if (is_writer(options.group)) folder = RunFolder::open(plan.folder(stage), options.existing, stage.file_name(settings));
  });
  return folder;
}

std::filesystem::path log_of(const RunFolder& folder, const SharedGroup& group) {
  return is_writer(group) ? folder.log() : folder.path() / fmt::format("log.rank{}.txt", group->rank());
}

std::string processes_line(const ProcessGroup& group) {
  return fmt::format("rank {} of {} processes, started by {}", group.rank(), group.size(), group.rendezvous().launcher);
}

}  // namespace

TrainResult train(const Settings& settings, const TrainOptions& options, Progress& progress) {
  const SharedGroup& group = options.group;
  const int threads = set_threads(threads_of_process(settings.run.threads, group));
  std::optional<Prepared> prepared;
  all_or_none(group, [&] { prepared.emplace(prepare(settings, options)); });
  auto& [plan, experiment, data] = *prepared;
  if (group) agree_on_start(group, process_identity(settings, data));

  TrainResult result;
  std::vector<RunFolder> held;                         // locked to the end: a folder holds those of the stages after it
  std::vector<EpochSummary> history;                   // of the model that is swept
  std::vector<std::shared_ptr<LoggingProgress>> logs;  // what a later stage says goes to the run's log, too
  for (const Stage* stage : plan.stages) {
    held.push_back(open_folder(plan, *stage, settings, options));
    const RunFolder folder = held.back();
    logs.push_back(std::make_shared<LoggingProgress>(logs.empty() ? progress : *logs.back(), log_of(folder, group)));
    if (logs.size() == 1) logs.back()->message(options.command);
    if (logs.size() == 1 && group) logs.back()->message(processes_line(*group));
    DamageReports observed(*logs.back(), data.images);
    const bool resume = options.existing == RunFolder::Existing::resume;
    TrainedModel trained = stage->train({experiment, data, plan.model}, folder, resume, observed);
    if (group) group->barrier(true);  // rank 0 has written the model
    result.files.push_back(stage->extends_model() ? trained.controller : trained.file);
    plan.model = trained.file;
    if (stage->extends_model()) trained.history = history;  // the report is that of the model, whose training it shows if it was here
    history = trained.history;
    const auto next = std::find(plan.stages.begin(), plan.stages.end(), stage) + 1;
    if (!options.sweep || (next != plan.stages.end() && (*next)->extends_model())) continue;  // the next one's sweep is this one's, too
    const RunFolder& of_model = stage->extends_model() && held.size() > 1 ? held[held.size() - 2] : folder;
    sweep_run(settings, trained, of_model, options.command, threads, group, result, *logs.back());
  }
  return result;
}

}  // namespace tnn
