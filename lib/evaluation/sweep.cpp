#include "evaluation/sweep.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/zeros.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>

#include "core/interruption.h"
#include "core/stopwatch.h"
#include "network/input_batch.h"
#include "objectives/classification.h"

namespace tnn {
namespace {

void count_batch(SweepPoint& point, const at::Tensor& logits, const at::Tensor& labels) {
  point.images += labels.size(0);
  point.top5 += count_top(logits, labels, 5);
  point.loss += cross_entropy(logits, labels).item<double>() * static_cast<double>(labels.size(0));
  const at::Tensor predicted = logits.argmax(1).cpu(), truth = labels.cpu();
  const int64_t* p = predicted.const_data_ptr<int64_t>();
  const int64_t* t = truth.const_data_ptr<int64_t>();
  for (int64_t i = 0; i < truth.size(0); ++i) {
    const auto label = static_cast<size_t>(t[i]);
    ++point.class_count.at(label);
    if (p[i] == t[i]) ++point.class_correct.at(label), ++point.top1;
  }
}

}  // namespace

Classifier sliced_classifier(const Network& network) {
  return [&network](const at::Tensor& images, const SweepPoint& point) {
    return network.first_output(images, network.sliced(point.configuration), {});
  };
}

std::vector<SweepPoint> sweep_utilization(const Network& network, const Classifier& classify, Loader& loader,
                                          const std::vector<double>& utilizations, int64_t classes, Progress& progress) {
  c10::InferenceMode inference;
  std::vector<SweepPoint> points;
  for (const double u : utilizations) {
    SweepPoint point;
    point.u = u;
    point.configuration = network.configuration_at(u);
    point.class_correct.assign(static_cast<size_t>(classes), 0);
    point.class_count = point.class_correct;
    points.push_back(std::move(point));
  }
  progress.begin("sweep", loader.size(), "images");
  Batch batch;
  int64_t done = 0;
  loader.start_epoch(0);
  while (loader.next(batch)) {
    const InputBatch input = to_tensors(batch, network.channels_last(), network.device());
    for (size_t i = 0; i < points.size(); ++i) {
      // Utilizations that give the same configuration are the same network.
      if (i > 0 && points[i].configuration == points[i - 1].configuration) continue;
      count_batch(points[i], classify(input.images, points[i]), input.labels);
      stop_if_interrupted();
    }
    progress.advance(done += batch.size, {});
  }
  for (size_t i = 0; i < points.size(); ++i) {
    if (i > 0 && points[i].configuration == points[i - 1].configuration) {
      const double u = points[i].u;
      points[i] = points[i - 1];
      points[i].u = u;
    } else if (points[i].images > 0) {
      points[i].loss /= static_cast<double>(points[i].images);
    }
  }
  progress.end();
  return points;
}

void measure_latency(const Network& network, const Classifier& classify, std::vector<SweepPoint>& points, int64_t repeats,
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
      classify(x, points[i]).cpu();  // the copy waits for a GPU
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
