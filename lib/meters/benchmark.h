#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "core/progress.h"
#include "meters/device_state.h"
#include "meters/sampler.h"

namespace tnn {

/// What is measured: a network at one of its operating points.
class Workload {
 public:
  virtual ~Workload() = default;
  /// Makes its operating point the network's.
  virtual void select() = 0;
  /// Makes another point of the same network that one; false where it has none.
  virtual bool select_other() = 0;
  /// One inference of one input, at the network's operating point.
  virtual void run() = 0;
  virtual void run_batch(int64_t inputs) = 0;
  /// Throws where it computes something else than it should.
  virtual void check() = 0;
};

/// How a benchmark goes.
struct BenchPlan {
  double window_seconds = 1;      ///< of each point in each repetition
  int64_t least_inferences = 10;  ///< the window lasts longer where there are fewer in it
  int repetitions = 3;
  double idle_seconds = 1;             ///< before and after each repetition, where there is a meter
  double warm_up_seconds = 5;          ///< at most, until the plateau
  std::vector<int64_t> batches = {1};  ///< whose throughput is measured
  uint64_t seed = 0;                   ///< of the order of the points
  bool early_stopping = false;         ///< estimate the 90th percentile by MLPerf's rule, too
  std::filesystem::path root = "/";    ///< where the device's state is read
};

/// One point in one repetition. Times of single inferences in ms.
struct PointMeasurement {
  int workload = 0, repetition = 0;
  int64_t inferences = 0;
  double seconds = 0;  ///< of the window
  double p50_ms = 0, p90_ms = 0, p99_ms = 0, max_ms = 0;
  std::optional<double> early_stopping_p90_ms = {};
  std::optional<double> switch_us = {};                            ///< see measure_switch
  std::optional<double> switch_call_us = {};                       ///< of it the call that switches
  std::vector<std::pair<int64_t, double>> inputs_per_second = {};  ///< by batch
  double warm_up_seconds = 0;
  bool plateau = false;
  std::optional<WindowEnergy> energy = {};
  std::optional<double> idle_mw = {};      ///< of the module: mean of the idle windows before and after the repetition
  std::optional<double> idle_change = {};  ///< between both, as a share of the first
  std::optional<int64_t> peak_memory_bytes = {};
  DeviceState before = {}, after = {};
};

/// Times, so that tests can bring their own.
struct BenchClock {
  std::function<double()> now = monotonic_seconds;  ///< seconds
  std::function<void(double)> sleep;                ///< null: sleeps
};

/// Measures every workload once, in an order that (seed, repetition) decides: warm-up to the plateau, a window of single inferences one
/// after another with its energy, switches, throughput by batch. `energy` may be null: no meter. Error (interrupted) on request.
std::vector<PointMeasurement> run_repetition(const BenchPlan& plan, int repetition, const std::vector<Workload*>& workloads,
                                             EnergyWindows* energy, Progress& progress, const BenchClock& clock = {});

/// The length of each window: a share of what was asked for each point, but never shorter than the meter can resolve.
double window_seconds(double seconds_per_point, int repetitions, const EnergyWindows* energy);

}  // namespace tnn
