#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "core/progress.h"
#include "data/loader.h"
#include "network/network.h"

namespace tnn {

/// How a network did at one utilization.
struct SweepPoint {
  double u = 1;
  Configuration configuration;
  int64_t images = 0, top1 = 0, top5 = 0;  ///< right answers
  double loss = 0;                         ///< mean cross-entropy, nats
  std::vector<int64_t> class_correct, class_count;
  double latency_ms = -1, latency_low_ms = -1, latency_high_ms = -1;  ///< one image: median, 5th and 95th percentile; -1: not measured
};

/// What classifies images [N, channels, extent...] at a configuration: logits [N, classes].
using Classifier = std::function<at::Tensor(const at::Tensor& images, const SweepPoint& point)>;

/// A network of LibTorch, sliced. It must outlive the classifier.
Classifier sliced_classifier(const Network& network);

/// Accuracy against utilization over all images of a loader; each batch is decoded once and classified at every utilization. `network` says
/// which configurations, and on which device the images are to be. Throws Error(interrupted or terminated) when an interruption is
/// requested.
std::vector<SweepPoint> sweep_utilization(const Network& network, const Classifier& classify, Loader& loader,
                                          const std::vector<double>& utilizations, int64_t classes, Progress& progress);

/// Adds the measured time of one-image inference: `repeats` rounds, each running every point once in turn, after a warm-up.
void measure_latency(const Network& network, const Classifier& classify, std::vector<SweepPoint>& points, int64_t repeats,
                     Progress& progress);

}  // namespace tnn
