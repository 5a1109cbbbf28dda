#include "pipelines/width_latency.h"

#include <algorithm>
#include <cmath>

#include "conversion/point_table.h"
#include "core/atomic_file.h"
#include "core/interruption.h"
#include "core/random_stream.h"
#include "core/stopwatch.h"
#include "cost/cost.h"
#include "meters/statistics.h"
#include "pipelines/stream_runner.h"

namespace tnn {
namespace {

constexpr int kSamples = 48, kLeastRounds = 9;
constexpr double kSeconds = 3;  ///< of one measurement, unless the fewest rounds take longer

/// Around a common share of every gate, so that the network is sometimes narrow and sometimes wide.
Widths drawn_widths(const Widths& least, const Widths& full, RandomStream& random) {
  const double share = 0.1 + 0.9 * random.uniform();
  Widths widths;
  for (size_t g = 0; g < full.size(); ++g)
    widths.push_back(
        std::clamp<int64_t>(std::llround(share * (0.6 + 0.8 * random.uniform()) * static_cast<double>(full[g])), least[g], full[g]));
  return widths;
}

/// The rates, none below 0, that least squares of relative errors give; by coordinate descent.
std::vector<double> fitted(const std::vector<std::vector<double>>& terms, const std::vector<double>& milliseconds) {
  std::vector<double> rates(terms.front().size(), 0), predicted(terms.size(), 0);
  for (int round = 0; round < 3000; ++round)
    for (size_t k = 0; k < rates.size(); ++k) {
      double slope = 0, square = 1e-9;
      for (size_t i = 0; i < terms.size(); ++i) {
        const double weight = 1 / (milliseconds[i] * milliseconds[i]);
        slope += weight * terms[i][k] * (milliseconds[i] - predicted[i]);
        square += weight * terms[i][k] * terms[i][k];
      }
      const double next = std::max(0.0, rates[k] + slope / square);
      for (size_t i = 0; i < terms.size(); ++i) predicted[i] += (next - rates[k]) * terms[i][k];
      rates[k] = next;
    }
  return rates;
}

}  // namespace

WidthLatency::WidthLatency(StoredModel model, const Widths& least, uint64_t seed) : model_(std::move(model)) {
  Widths full;
  for (const Gate& gate : model_.description.graph.gates()) full.push_back(gate.groups);
  full_terms_ = terms(full);
  RandomStream random(seed, RandomPurpose::calibration, {3});
  std::vector<Widths> samples{full, least};
  for (int i = 0; i < kSamples; ++i) samples.push_back(drawn_widths(least, full, random));
  const std::vector<double> milliseconds = measure(samples);
  std::vector<std::vector<double>> all;
  for (const Widths& widths : samples) all.push_back(terms(widths));
  rates_ = fitted(all, milliseconds);
  for (size_t i = 0; i < samples.size(); ++i)
    error_ += std::abs(predict(samples[i]) / milliseconds[i] - 1) / static_cast<double>(samples.size());
}

/// 1, and each weighted layer's share of its multiply-accumulates at full width.
std::vector<double> WidthLatency::terms(const Widths& widths) const {
  const Graph& graph = model_.description.graph;
  const Configuration configuration = first_groups(graph, widths);
  std::vector<double> terms{1};
  for (const Node& node : graph.nodes())
    if (std::holds_alternative<Convolution>(node.operation) || std::holds_alternative<Linear>(node.operation))
      terms.push_back(static_cast<double>(node_cost(graph, node, configuration).macs));
  for (size_t k = 0; k < full_terms_.size(); ++k)
    if (full_terms_[k] > 0) terms[k] /= full_terms_[k];
  return terms;
}

double WidthLatency::predict(const Widths& widths) const {
  const std::vector<double> terms = this->terms(widths);
  double sum = 0;
  for (size_t k = 0; k < terms.size(); ++k) sum += rates_[k] * terms[k];
  return sum;
}

std::vector<double> WidthLatency::measure(const std::vector<Widths>& widths) const {
  const Graph& graph = model_.description.graph;
  const auto count = static_cast<double>(widths.size() + 1);
  std::vector<OperatingPoint> points;
  for (size_t i = 0; i < widths.size(); ++i)
    points.push_back({static_cast<double>(i + 1) / count, static_cast<double>(i) / count, static_cast<double>(i + 1) / count,
                      first_groups(graph, widths[i])});
  points.push_back({1, static_cast<double>(widths.size()) / count, 1, Configuration::full(graph)});
  StoredModel model = model_;
  model.description.gating.strategy = "searched";
  model.description.gating.rounding = Rounding::ceil;
  set_points(model, std::move(points));
  const TemporaryFile file("tnn-width-latency.safetensors");
  write_stored_model(file.path(), model, StoredPrecision::fp32);
  const ThrottledNetwork network = ThrottledNetwork::load(file.path());
  const StreamInputs inputs = load_inputs({}, 1, network);
  StreamRunner runner(network, inputs);
  std::vector<std::vector<double>> milliseconds(widths.size());
  const Stopwatch watch;
  for (int round = 0; round < kLeastRounds || watch.seconds() < kSeconds; ++round) {
    stop_if_interrupted();
    for (size_t i = 0; i < widths.size(); ++i) {
      const double took = runner.run(static_cast<int>(i));
      if (round > 0) milliseconds[i].push_back(took);  // the first run of a point fills caches
    }
  }
  std::vector<double> medians;
  for (auto& one : milliseconds) medians.push_back(median(std::move(one)));
  return medians;
}

}  // namespace tnn
