#include "detection/bootstrap.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/random_stream.h"

namespace tnn {
namespace {

/// How many times each image is in a sample.
std::vector<int> sample_weights(size_t images, uint64_t seed, int sample) {
  RandomStream random(seed, RandomPurpose::other, {static_cast<uint64_t>(sample)});
  std::vector<int> weights(images, 0);
  for (size_t i = 0; i < images; ++i) ++weights[random.below(images)];
  return weights;
}

double percentile(const std::vector<double>& sorted, double share) {
  return sorted[static_cast<size_t>(std::lround(share * static_cast<double>(sorted.size() - 1)))];
}

BootstrapInterval interval_of(std::vector<double> values) {
  std::erase(values, -1.0);
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  return {percentile(values, 0.025), percentile(values, 0.975)};
}

void check_samples(int samples) {
  if (samples < 1) throw UsageError(fmt::format("{} bootstrap samples (allowed: 1 and more)", samples));
}

}  // namespace

PrecisionIntervals bootstrap_interval(const CocoEvaluation& evaluation, int samples, uint64_t seed) {
  check_samples(samples);
  std::vector<double> map, ap50;
  for (int sample = 0; sample < samples && evaluation.images() > 0; ++sample) {
    const MeanPrecision precision = evaluation.mean_precision(sample_weights(evaluation.images(), seed, sample));
    map.push_back(precision.map);
    ap50.push_back(precision.ap50);
  }
  return {interval_of(std::move(map)), interval_of(std::move(ap50))};
}

BootstrapInterval bootstrap_interval(const VocEvaluation& evaluation, VocMetric metric, int samples, uint64_t seed) {
  check_samples(samples);
  std::vector<double> map;
  for (int sample = 0; sample < samples && evaluation.images() > 0; ++sample)
    map.push_back(evaluation.accumulate(metric, sample_weights(evaluation.images(), seed, sample)).map);
  return interval_of(std::move(map));
}

}  // namespace tnn
