#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/progress.h"
#include "core/table.h"
#include "meters/statistics.h"
#include "pipelines/study_plan.h"
#include "tasks/metric.h"

namespace tnn {

/// What `tnn study` was asked for.
struct StudyOptions {
  std::filesystem::path recipe;
  Recipe::Overrides overrides;  ///< of every run
  std::vector<GridKey> grid;
  std::vector<int64_t> seeds{1};
  std::filesystem::path out;
  int jobs = 1;                 ///< runs at a time, each a process of its own
  std::optional<int64_t> only;  ///< one run of the list, from 0: a task of a job array
  std::string command;          ///< that repeats it
};

/// One combination of the grid at one utilization: the headline metric on the test set over the seeds.
struct StudyPoint {
  std::vector<std::string> values;  ///< of each grid key
  double u = 1;
  int64_t macs = 0;             ///< of an input
  std::vector<double> results;  ///< one a seed that has come to its end
};

struct StudyResult {
  Metric metric;
  std::vector<StudyPoint> points;  ///< combination by combination, by rising u
  int64_t runs = 0, finished = 0;
};

/// Trains every run of the study that is not finished, or `only` one of them, each by `tnn train` in a process of its own and going on from
/// its last checkpoint where there is one; what it prints is in its folder's study.log. UsageError where a folder holds a run of another
/// recipe, or the recipe does not take a value, before anything is trained; an Error with the code of a run that failed; Interrupted at a
/// request to stop, when all running ones have written a checkpoint.
void run_study(const StudyOptions& options, Progress& progress);

/// The results of the runs that are finished; writes study.csv, study.json and study.svg into options.out. UsageError where none is.
StudyResult collect_study(const StudyOptions& options);

/// A row for each combination and utilization: the mean over the seeds and its 95 % interval (Student's t; of one seed none). In per cent
/// for people.
Table study_table(const StudyResult& result, const std::vector<GridKey>& grid, bool for_programs);

/// One line a run: its number in the list, its folder.
std::string study_list(const StudyOptions& options);

}  // namespace tnn
