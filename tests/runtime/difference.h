#pragma once

#include <algorithm>
#include <cmath>

#include "catch_compat.h"
#include "direct_evaluation.h"
#include "runtime/throttled_network.h"
#include "saved_model.h"

/// Memory for every output of `batch` inputs, and where each is.
struct OutputMemory {
  std::vector<std::vector<float>> values;
  std::vector<float*> places;

  OutputMemory(const tnn::Graph& graph, int64_t batch) {
    for (const tnn::Output& output : graph.outputs()) {
      int64_t numbers = batch;
      for (const int64_t size : graph.dimensions(graph.shape(output))) numbers *= size;
      values.emplace_back(static_cast<size_t>(numbers), -1.0f);
    }
    for (auto& output : values) places.push_back(output.data());
  }
};

/// Largest difference of an output to direct evaluation, relative to its largest number or `floor`; infinite where one is NaN.
inline double relative_difference(const float* found, const std::vector<double>& expected, double floor) {
  double largest = floor, apart = 0;
  for (const double v : expected) largest = std::max(largest, std::abs(v));
  for (size_t k = 0; k < expected.size(); ++k) {
    const double d = std::abs(expected[k] - static_cast<double>(found[k])) / largest;
    apart = std::isnan(d) ? INFINITY : std::max(apart, d);
  }
  return apart;
}

/// Largest difference of what `run(input, point, outputs)` computes to direct evaluation, relative to the largest number of an output, over
/// all points and outputs. Outputs are those of random graphs, of the order of 1; the floor is there for one whose every number is 0.
template <typename Run>
double difference_at_all_points(const RandomModel& model, int64_t batch, Run run) {
  const std::vector<float> input = model.input(batch, 7);
  const size_t each = input.size() / static_cast<size_t>(batch);
  double apart = 0;
  for (int point = 0; point < static_cast<int>(model.description.points.size()); ++point) {
    OutputMemory outputs(model.description.graph, batch);
    run(input.data(), point, outputs.places);
    for (size_t i = 0; i < static_cast<size_t>(batch); ++i) {
      const auto expected = evaluate_directly(model, point, input.data() + i * each);
      for (size_t o = 0; o < expected.size(); ++o)
        apart = std::max(apart, relative_difference(outputs.places[o] + i * expected[o].size(), expected[o], 1e-3));
    }
  }
  return apart;
}

/// The same of a network loaded from the model's file.
inline double difference_at_all_points(const RandomModel& model, const tnn::RuntimeOptions& options) {
  const SavedModel saved(model);
  tnn::ThrottledNetwork net = tnn::ThrottledNetwork::load(saved.path, options);
  tnn::InferenceContext context = net.context();
  return difference_at_all_points(model, options.batch_limit, [&](const float* input, int point, const std::vector<float*>& outputs) {
    net.set_operating_point(point);
    REQUIRE(context.run(input, options.batch_limit, outputs) == point);
  });
}

inline double difference_at_all_points(const RandomModel& model, const std::string& engine, int64_t batch) {
  tnn::RuntimeOptions options;
  options.engine = engine;
  options.batch_limit = batch;
  return difference_at_all_points(model, options);
}
