#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/progress.h"
#include "meters/bench_rows.h"
#include "meters/meter_choice.h"
#include "pipelines/run_model.h"

namespace tnn {

/// What `tnn bench-xavier` was asked for.
struct BenchRequest {
  RunRequest run;                              ///< model, input (empty: noise), engine, precision, threads, reader of images
  std::vector<std::filesystem::path> compare;  ///< other models, each at its largest operating point
  std::string utilizations = "all";            ///< "all", start:end:step, or a list
  double seconds_per_point = 3;                ///< of all repetitions together
  BenchPlan plan;
  bool mlperf = false;  ///< every window is MLPerf's: at least 600 s and 1,024 queries
  MeterRequest meter;
  std::filesystem::path out;  ///< folder for bench.json and bench.svg; empty: none
  bool resume = false;        ///< go on with what bench.json there holds
  std::string command;        ///< as it was given
};

/// What was measured.
struct BenchResult {
  std::vector<BenchRow> rows;           ///< of the model by rising u, then of those that it was compared with
  std::vector<std::string> statements;  ///< what a reader of the rows should know
  std::vector<std::filesystem::path> written;
};

/// Loads, checks the outputs against the reference engine, measures in turns, and writes what was asked for, bench.json after each
/// repetition. UsageError for a request that cannot be; Error (failed) where an engine computes something wrong.
BenchResult run_bench(const BenchRequest& request, Progress& progress);

/// The rows in a format: JSON is a list of one object a row (see bench_row_json).
std::string format_bench(const BenchResult& result, TableFormat format);

}  // namespace tnn
