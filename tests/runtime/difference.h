#pragma once

#include <algorithm>
#include <cmath>

#include "catch_compat.h"
#include "direct_evaluation.h"
#include "runtime/throttled_network.h"
#include "saved_model.h"

/// Largest difference of what `run(input, point, output)` computes to direct evaluation, relative to the largest output of the input, over
/// all points. Outputs are those of random graphs, of the order of 1; the floor is there for one whose every output is 0.
template <typename Run>
double difference_at_all_points(const RandomModel& model, int64_t batch, Run run) {
  const std::vector<float> input = model.input(batch, 7);
  const size_t each = input.size() / static_cast<size_t>(batch);
  double apart = 0;
  for (int point = 0; point < static_cast<int>(model.description.points.size()); ++point) {
    const size_t outputs = evaluate_directly(model, point, input.data()).size();
    std::vector<float> output(static_cast<size_t>(batch) * outputs, -1.0f);
    run(input.data(), point, output.data());
    for (size_t i = 0; i < static_cast<size_t>(batch); ++i) {
      const auto expected = evaluate_directly(model, point, input.data() + i * each);
      double largest = 1e-3;
      for (const double v : expected) largest = std::max(largest, std::abs(v));
      for (size_t k = 0; k < expected.size(); ++k) {
        const double d = std::abs(expected[k] - static_cast<double>(output[i * expected.size() + k])) / largest;
        apart = std::isnan(d) ? INFINITY : std::max(apart, d);
      }
    }
  }
  return apart;
}

/// The same of a network loaded from the model's file.
inline double difference_at_all_points(const RandomModel& model, const tnn::RuntimeOptions& options) {
  const SavedModel saved(model);
  tnn::ThrottledNetwork net = tnn::ThrottledNetwork::load(saved.path, options);
  tnn::InferenceContext context = net.context();
  return difference_at_all_points(model, options.batch_limit, [&](const float* input, int point, float* output) {
    net.set_operating_point(point);
    REQUIRE(context.run(input, options.batch_limit, output) == point);
  });
}

inline double difference_at_all_points(const RandomModel& model, const std::string& engine, int64_t batch) {
  tnn::RuntimeOptions options;
  options.engine = engine;
  options.batch_limit = batch;
  return difference_at_all_points(model, options);
}
