#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "core/progress.h"
#include "data/loader.h"
#include "distributed/agreement.h"
#include "network/network.h"
#include "tasks/task.h"

namespace tnn {

/// How a network did at one utilization.
struct SweepPoint {
  double u = 1;
  int point = 0;  ///< the operating point that u stands for
  Configuration configuration;
  int64_t samples = 0;
  std::vector<MetricValue> metrics;  ///< of each of the task's metrics
  std::vector<ClassResult> classes;
  double latency_ms = -1, latency_low_ms = -1, latency_high_ms = -1;  ///< one input: median, 5th and 95th percentile; -1: not measured
};

/// What computes a network's outputs for inputs [N, channels, extent...] at an operating point.
using Predictor = std::function<Outputs(const at::Tensor& inputs, const SweepPoint& point)>;

/// A network of LibTorch, sliced. It must outlive the predictor.
Predictor sliced_predictor(const Network& network);

/// The metrics of a task against utilization over all samples of a loader; each batch is decoded once and computed at every utilization.
/// `network` says which configurations, and on which device the inputs are to be. Several processes, each with a loader of its share,
/// compute their samples and get the metrics of all. Throws Error(interrupted or terminated) when an interruption is requested.
std::vector<SweepPoint> sweep_utilization(const Network& network, const Predictor& predict, const Task& task, Loader& loader,
                                          const std::vector<double>& utilizations, Progress& progress, const SharedGroup& group = {});

/// Adds the measured time of one-input inference: `repeats` rounds, each running every point once in turn, after a warm-up.
void measure_latency(const Network& network, const Predictor& predict, std::vector<SweepPoint>& points, int64_t repeats,
                     Progress& progress);

}  // namespace tnn
