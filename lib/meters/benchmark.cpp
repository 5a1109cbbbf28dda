#include "meters/benchmark.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <thread>

#include "core/interruption.h"
#include "core/random_stream.h"
#include "meters/peak_memory.h"
#include "meters/plateau.h"
#include "meters/statistics.h"

namespace tnn {
namespace {

constexpr double kBlockSeconds = 0.05;   // of the warm-up, at least
constexpr int64_t kBlockInferences = 5;  // likewise
constexpr int64_t kSwitches = 64;        // at most
constexpr size_t kMostReserved = size_t{1} << 24;

void sleep_for(const BenchClock& clock, double seconds) {
  // In short pieces, so that a request to stop is heard.
  for (double left = seconds; left > 0; left -= 0.1) {
    const double piece = std::min(left, 0.1);
    clock.sleep ? clock.sleep(piece) : std::this_thread::sleep_for(std::chrono::duration<double>(piece));
    stop_if_interrupted();
  }
}

/// Seconds of one inference.
double timed(Workload& workload, const BenchClock& clock) {
  const double begin = clock.now();
  workload.run();
  return clock.now() - begin;
}

/// Runs blocks until their medians come to a plateau, or for the longest time allowed. Returns the last block's median in seconds.
double warm_up(Workload& workload, const BenchPlan& plan, const BenchClock& clock, PointMeasurement& to) {
  PlateauTest test;
  const double begin = clock.now();
  double last = 0;
  while (!test.reached() && clock.now() - begin < plan.warm_up_seconds) {
    std::vector<double> block;
    for (const double start = clock.now(); clock.now() - start < kBlockSeconds || static_cast<int64_t>(block.size()) < kBlockInferences;) {
      block.push_back(timed(workload, clock));
      stop_if_interrupted();
    }
    last = median(std::move(block));
    test.add(last);
  }
  to.plateau = test.reached();
  to.warm_up_seconds = clock.now() - begin;
  return last;
}

/// Single inferences, one after another, for the window's time.
void measure_window(Workload& workload, const BenchPlan& plan, EnergyWindows* energy, const BenchClock& clock, double expected,
                    PointMeasurement& to) {
  std::vector<double> times;
  if (expected > 0) times.reserve(std::min(kMostReserved, static_cast<size_t>(1.5 * plan.window_seconds / expected) + 64));
  reset_peak_memory();
  if (energy) energy->begin_window();
  const double begin = clock.now();
  while (clock.now() - begin < plan.window_seconds || static_cast<int64_t>(times.size()) < plan.least_inferences) {
    times.push_back(timed(workload, clock));
    stop_if_interrupted();
  }
  to.seconds = clock.now() - begin;
  if (energy) to.energy = energy->end_window();
  to.peak_memory_bytes = peak_memory_bytes();
  to.inferences = static_cast<int64_t>(times.size());
  for (double& time : times) time *= 1e3;
  std::sort(times.begin(), times.end());
  to.p50_ms = percentile(times, 0.5), to.p90_ms = percentile(times, 0.9), to.p99_ms = percentile(times, 0.99), to.max_ms = times.back();
  if (plan.early_stopping) to.early_stopping_p90_ms = early_stopping_percentile(times, 0.9);
}

/// What a switch to this point costs: the median time of the call that switches and the first inference after it, less the median of an
/// inference; not below 0.
void measure_switch(Workload& workload, const BenchPlan& plan, const BenchClock& clock, PointMeasurement& to) {
  std::vector<double> calls, firsts;
  const double begin = clock.now();
  while (static_cast<int64_t>(calls.size()) < kSwitches && (calls.size() < 3 || clock.now() - begin < plan.window_seconds / 2)) {
    if (!workload.select_other()) return;
    workload.run();
    const double start = clock.now();
    workload.select();
    const double switched = clock.now();
    workload.run();
    firsts.push_back(clock.now() - start);
    calls.push_back(switched - start);
    stop_if_interrupted();
  }
  to.switch_call_us = 1e6 * median(std::move(calls));
  to.switch_us = std::max(0.0, 1e6 * median(std::move(firsts)) - 1e3 * to.p50_ms);
}

void measure_batches(Workload& workload, const BenchPlan& plan, const BenchClock& clock, PointMeasurement& to) {
  for (const int64_t batch : plan.batches) {
    if (batch == 1) {
      to.inputs_per_second.emplace_back(1, static_cast<double>(to.inferences) / to.seconds);
      continue;
    }
    workload.run_batch(batch);
    int64_t runs = 0;
    const double begin = clock.now();
    do {
      workload.run_batch(batch);
      ++runs;
      stop_if_interrupted();
    } while (clock.now() - begin < plan.window_seconds / 2);
    to.inputs_per_second.emplace_back(batch, static_cast<double>(runs * batch) / (clock.now() - begin));
  }
}

PointMeasurement measure_point(Workload& workload, const BenchPlan& plan, EnergyWindows* energy, const BenchClock& clock) {
  PointMeasurement measurement;
  workload.select();
  workload.check();
  const double expected = warm_up(workload, plan, clock, measurement);
  measurement.before = read_device_state(plan.root);
  measure_window(workload, plan, energy, clock, expected, measurement);
  measurement.after = read_device_state(plan.root);
  measure_switch(workload, plan, clock, measurement);
  measure_batches(workload, plan, clock, measurement);
  workload.check();
  return measurement;
}

/// What the meter says while nothing is computed; nothing without one.
WindowEnergy idle_window(const BenchPlan& plan, EnergyWindows* energy, const BenchClock& clock) {
  if (!energy) return {};
  energy->begin_window();
  sleep_for(clock, std::max(plan.idle_seconds, energy->shortest_window()));
  return energy->end_window();
}

void add_idle(const WindowEnergy& before, const WindowEnergy& after, PointMeasurement& to) {
  if (!to.energy) return;
  for (const WindowEnergy* window : {&before, &after})
    for (const std::string& fault : window->faults) to.energy->faults.push_back("while idling: " + fault);
  if (!before.power_mw || !after.power_mw) return;
  to.idle_mw = (*before.power_mw + *after.power_mw) / 2;
  if (*before.power_mw > 0) to.idle_change = *after.power_mw / *before.power_mw - 1;
}

}  // namespace

double window_seconds(double seconds_per_point, int repetitions, const EnergyWindows* energy) {
  return std::max(seconds_per_point / repetitions, energy ? energy->shortest_window() : 0.0);
}

std::vector<PointMeasurement> run_repetition(const BenchPlan& plan, int repetition, const std::vector<Workload*>& workloads,
                                             EnergyWindows* energy, Progress& progress, const BenchClock& clock) {
  std::vector<int> order(workloads.size());
  std::iota(order.begin(), order.end(), 0);
  RandomStream(plan.seed, RandomPurpose::shuffle, {static_cast<uint64_t>(repetition)}).shuffle(order);
  const auto count = static_cast<int64_t>(order.size());
  const WindowEnergy before = idle_window(plan, energy, clock);
  std::vector<PointMeasurement> measurements;
  for (const int index : order) {
    measurements.push_back(measure_point(*workloads[static_cast<size_t>(index)], plan, energy, clock));
    measurements.back().workload = index;
    measurements.back().repetition = repetition;
    progress.advance(repetition * count + static_cast<int64_t>(measurements.size()), {{"ms", measurements.back().p50_ms}});
  }
  const WindowEnergy after = idle_window(plan, energy, clock);
  for (PointMeasurement& measurement : measurements) add_idle(before, after, measurement);
  return measurements;
}

}  // namespace tnn
