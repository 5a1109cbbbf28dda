#include "evaluation/sweep.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/zeros.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>

#include "core/interruption.h"
#include "core/stopwatch.h"
#include "data/sample_noun.h"
#include "distributed/shared_metrics.h"
#include "network/input_batch.h"

namespace tnn {

Predictor sliced_predictor(const Network& network) {
  return
      [&network](const at::Tensor& inputs, const SweepPoint& point) { return network.forward(inputs, network.at_point(point.point), {}); };
}

std::vector<SweepPoint> sweep_utilization(const Network& network, const Predictor& predict, const Task& task, Loader& loader,
                                          const std::vector<double>& utilizations, Progress& progress, const SharedGroup& group) {
  c10::InferenceMode inference;
  std::vector<SweepPoint> points;
  std::vector<std::unique_ptr<MetricAccumulator>> accumulators;
  for (const double u : utilizations) {
    SweepPoint point;
    point.u = u;
    point.point = point_at(network.description(), u);
    point.configuration = network.configuration_at(u);
    points.push_back(std::move(point));
    accumulators.push_back(task.make_accumulator());
  }
  // Utilizations of the same operating point are the same network.
  const auto is_repeated = [&](size_t i) { return i > 0 && points[i].point == points[i - 1].point; };
  progress.begin("sweep", loader.size(), noun_of(*loader.set()));
  Batch batch;
  int64_t done = 0;
  loader.start_epoch(0);
  while (loader.next(batch)) {
    stop_if_agreed(group);
    const InputBatch input = to_tensors(batch, network.device());
    for (size_t i = 0; i < points.size() && batch.size > 0; ++i) {
      if (is_repeated(i)) continue;
      accumulators[i]->add(predict(input.inputs, points[i]), input.targets);
      if (!group) stop_if_interrupted();
    }
    progress.advance(std::min(loader.size(), done += batch.size * size_of(group)), {});
  }
  share_metrics(group, accumulators);
  for (size_t i = 0; i < points.size(); ++i) {
    if (is_repeated(i)) std::swap(accumulators[i], accumulators[i - 1]);
    points[i].samples = accumulators[i]->samples();
    points[i].metrics = accumulators[i]->values();
    points[i].classes = accumulators[i]->classes();
  }
  progress.end();
  return points;
}

void measure_latency(const Network& network, const Predictor& predict, std::vector<SweepPoint>& points, int64_t repeats,
                     Progress& progress) {
  c10::InferenceMode inference;
  auto sizes = network.graph().dimensions(network.graph().input().shape);
  sizes.insert(sizes.begin(), 1);
  const at::Tensor x = at::zeros(sizes, at::TensorOptions(at::kFloat).device(network.device()));
  std::vector<std::vector<double>> times(points.size());
  constexpr int64_t kWarmUp = 5;
  progress.begin("latency", repeats, "rounds");
  for (int64_t round = -kWarmUp; round < repeats; ++round) {
    for (size_t i = 0; i < points.size(); ++i) {
      const Stopwatch watch;
      predict(x, points[i]).front().cpu();  // the copy waits for a GPU
      const double milliseconds = 1e3 * watch.seconds();
      if (round >= 0) times[i].push_back(milliseconds);
    }
    stop_if_interrupted();
    if (round >= 0) progress.advance(round + 1, {});
  }
  for (size_t i = 0; i < points.size(); ++i) {
    std::sort(times[i].begin(), times[i].end());
    const auto quantile = [&](double q) { return times[i][static_cast<size_t>(q * static_cast<double>(times[i].size() - 1) + 0.5)]; };
    points[i].latency_ms = quantile(0.5), points[i].latency_low_ms = quantile(0.05), points[i].latency_high_ms = quantile(0.95);
  }
  progress.end();
}

}  // namespace tnn
