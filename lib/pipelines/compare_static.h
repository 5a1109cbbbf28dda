#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/progress.h"
#include "core/table.h"
#include "recipe/recipe.h"
#include "tasks/metric.h"

namespace tnn {

/// What `tnn compare` was asked for.
struct CompareOptions {
  std::filesystem::path recipe;
  Recipe::Overrides overrides;
  std::vector<double> utilizations;  ///< each in (0, 1]
  int64_t seeds = 3;                 ///< training.seed 1, 2, ... seeds
  std::filesystem::path out;         ///< takes a run folder for each training
  bool resume = false;               ///< goes on with what is there
  std::string command;               ///< that repeats it
};

/// One operating point and the static network of its widths.
struct ComparedPoint {
  double u = 1;
  int64_t macs = 0;  ///< of an input, the same for both
  /// The headline metric on the test set, one value a seed, in the order of the seeds.
  std::vector<double> throttleable, separate;
};

struct StaticComparison {
  Metric metric;
  std::vector<ComparedPoint> points;  ///< by rising u
};

/// Trains a recipe's network, and for each utilization a static network that has no gates and the widths of its operating point, all from
/// random weights by the same recipe (epochs, optimizer, data, augmentation), once for each seed, and measures both on the test set: what
/// one file for all utilizations costs in accuracy. Gates that are learned and controllers are left out. Writes compare.json into
/// options.out. UsageError where the recipe starts from trained weights, or the folder is not empty and resume is not asked for.
StaticComparison compare_with_static(const CompareOptions& options, Progress& progress);

/// A row for each utilization: the means over the seeds, and the mean of their differences with its 95 % interval (Student's t; of one seed
/// none). In per cent for people.
Table comparison_table(const StaticComparison& comparison, bool for_programs);

}  // namespace tnn
