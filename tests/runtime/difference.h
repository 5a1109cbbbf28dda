#pragma once

#include <algorithm>

#include "catch_compat.h"
#include "direct_evaluation.h"
#include "runtime/throttled_network.h"
#include "saved_model.h"

/// Largest difference of an engine's outputs to direct evaluation, relative to the largest output (at least 1), over all points.
inline double difference_at_all_points(const RandomModel& model, const std::string& engine, int64_t batch) {
  const SavedModel saved(model);
  tnn::ThrottledNetwork net = tnn::ThrottledNetwork::load(saved.path, {.engine = engine, .batch_limit = batch});
  tnn::InferenceContext context = net.context();
  const std::vector<float> input = model.input(batch, 7);
  const size_t each = input.size() / static_cast<size_t>(batch);
  double apart = 0;
  for (int point = 0; point < static_cast<int>(net.operating_points().size()); ++point) {
    net.set_operating_point(point);
    std::vector<float> output(static_cast<size_t>(batch * net.output_shape().front()), -1.0f);
    REQUIRE(context.run(input.data(), batch, output.data()) == point);
    for (size_t i = 0; i < static_cast<size_t>(batch); ++i) {
      const auto expected = evaluate_directly(model, point, input.data() + i * each);
      double largest = 1;
      for (const double v : expected) largest = std::max(largest, std::abs(v));
      for (size_t k = 0; k < expected.size(); ++k)
        apart = std::max(apart, std::abs(expected[k] - static_cast<double>(output[i * expected.size() + k])) / largest);
    }
  }
  return apart;
}
