#include "pipelines/sweep_run.h"

#include <fmt/format.h>

#include "core/interruption.h"
#include "pipelines/sweep_utilization.h"
#include "report/write_reports.h"

namespace tnn {

void sweep_run(const Settings& settings, const TrainedModel& trained, const RunFolder& folder, const std::string& command, int threads,
               const SharedGroup& group, TrainResult& result, Progress& progress) {
  if (group) group->barrier(true);  // the model is written
  SweepOptions sweep = sweep_options(settings);
  sweep.model = trained.file;
  sweep.controller = trained.controller;
  sweep.name = folder.path().filename().string();
  sweep.command = command;
  sweep.history = trained.history;
  sweep.recipe = settings.resolved_yaml;
  sweep.threads = threads;
  sweep.group = group;
  try {
    result.curve = sweep_utilization(sweep, progress);
  } catch (const Interrupted& stopped) {
    throw Interrupted(fmt::format("{} in the sweep of '{}', which is trained: run the command again with --resume", stopped.what(),
                                  trained.file.string()));
  }
  if (is_writer(group)) {
    const auto reports = write_reports(result.curve, folder.path(), settings.output.formats);
    result.files.insert(result.files.end(), reports.begin(), reports.end());
  }
  if (group) group->barrier(true);
}

}  // namespace tnn
