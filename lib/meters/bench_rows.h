#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/table.h"
#include "meters/benchmark.h"
#include "meters/statistics.h"

namespace tnn {

/// What a workload is, in results.
struct WorkloadLabel {
  std::string model;                    ///< its name
  bool compared = false;                ///< one of the other models that are measured beside the first
  double u = 1;                         ///< that was asked for
  int point = 0;                        ///< the operating point that it stands for
  double point_u = 1;                   ///< that point's canonical utilization
  int64_t macs = 0;                     ///< of one input
  std::optional<double> accuracy = {};  ///< a fraction, where the model's file or run has it
};

/// A figure of a row: the mean over repetitions with its interval, or the largest of all; empty where any repetition lacks it.
struct BenchFigure {
  std::string key;
  std::optional<Estimate> estimate = {};
  std::vector<double> repetitions = {};
};

/// One workload over all repetitions.
struct BenchRow {
  WorkloadLabel label;
  std::vector<BenchFigure> figures;  ///< latency, switches, power, energy, memory
  int repetitions = 0;
  int64_t inferences = 0;
  bool plateau = true;  ///< every warm-up reached it
  std::map<int64_t, std::optional<Estimate>> inputs_per_second;
  std::vector<std::pair<std::string, std::optional<double>>> rails_mw;  ///< mean power by rail
  std::map<std::string, double> before_c, after_c, before_mhz, after_mhz;
  std::vector<std::string> throttled;
  std::vector<std::string> faults;  ///< of the meter
  double largest_idle_change = 0;   ///< share by which idle windows of one repetition differed
  double sampling_share = 0;        ///< of a processor, that reading the meter took
  bool below_idle = false;          ///< its power was not above that of idling

  const BenchFigure& figure(const std::string& key) const;
};

/// One row a workload, in their order; those without a measurement are left out.
std::vector<BenchRow> bench_rows(const std::vector<WorkloadLabel>& labels, const std::vector<PointMeasurement>& measurements);

/// For people the columns that matter, rounded; for programs (csv) every figure, its interval, and every rail.
Table bench_table(const std::vector<BenchRow>& rows, bool for_programs);

/// What a reader of the rows should know, in sentences: neighbouring points that do not differ beyond noise, warm-ups without a plateau,
/// throttling, idle windows that differ, failed readings, what sampling costs.
std::vector<std::string> bench_statements(const std::vector<BenchRow>& rows);

}  // namespace tnn
