#pragma once

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/random_stream.h"
#include "export/static_cut.h"
#include "formats/model_tensors.h"

/// A model of a graph with random tensors, as training could have left them.
inline tnn::StoredModel random_model(const tnn::Graph& graph, const tnn::GatingRule& rule, tnn::BatchNormMode mode, uint64_t seed) {
  tnn::StoredModel model{tnn::describe_model(graph, rule, mode), {}};
  tnn::RandomStream random(seed, tnn::RandomPurpose::initialization, {1});
  const auto number = [&] { return static_cast<float>(random.below(2001)) / 1000.0f - 1.0f; };
  for (const tnn::ModelTensor& expected : tnn::model_tensors(model.description)) {
    const auto& shape = expected.shape;
    int64_t elements = 1;
    for (const int64_t size : shape) elements *= size;
    tnn::HostTensor tensor{shape, std::vector<float>(static_cast<size_t>(elements))};
    const bool variance = expected.role == tnn::ParameterRole::running_variance;
    const double fan_in = shape.size() > 1 ? static_cast<double>(elements) / static_cast<double>(shape[0]) : 1.0;
    for (float& value : tensor.values)
      value = variance ? 0.5f + std::fabs(number()) : static_cast<float>(number() * std::sqrt(3.0 / fan_in));
    if (expected.per_point && !variance)
      for (float& value : tensor.values) value = number();
    model.tensors[expected.name] = std::move(tensor);
  }
  return model;
}

/// `samples` inputs for a graph.
inline tnn::HostTensor random_input(const tnn::Graph& graph, int64_t samples, uint64_t seed) {
  std::vector<int64_t> shape = graph.dimensions(graph.input().shape);
  shape.insert(shape.begin(), samples);
  int64_t elements = 1;
  for (const int64_t size : shape) elements *= size;
  tnn::HostTensor input{shape, {}};
  tnn::RandomStream random(seed, tnn::RandomPurpose::initialization, {2});
  for (int64_t i = 0; i < elements; ++i) input.values.push_back(static_cast<float>(random.below(2001)) / 500.0f - 2.0f);
  return input;
}

/// The largest difference, relative to the largest magnitude of `expected`.
inline double relative_difference(const tnn::HostTensor& found, const tnn::HostTensor& expected) {
  if (found.shape != expected.shape) return HUGE_VAL;
  double largest = 0, scale = 1e-30;
  for (size_t i = 0; i < expected.values.size(); ++i) {
    const double difference = std::fabs(static_cast<double>(found.values[i]) - static_cast<double>(expected.values[i]));
    if (!(difference < HUGE_VAL)) return HUGE_VAL;
    largest = std::max(largest, difference);
    scale = std::max(scale, static_cast<double>(std::fabs(expected.values[i])));
  }
  return largest / scale;
}

/// The largest of any output.
inline double relative_difference(const std::vector<tnn::HostTensor>& found, const std::vector<tnn::HostTensor>& expected) {
  if (found.size() != expected.size()) return HUGE_VAL;
  double largest = 0;
  for (size_t i = 0; i < expected.size(); ++i) largest = std::max(largest, relative_difference(found[i], expected[i]));
  return largest;
}

/// False where an output's active channels have closed ones between them at a point, which a static net refuses with the output's name.
inline bool can_be_cut(const tnn::StoredModel& model, size_t point) {
  for (const tnn::Output& output : model.description.graph.outputs()) {
    const tnn::ChannelRanges active =
        tnn::active_channels(model.description.graph, model.description.graph.shape(output), model.description.points[point].configuration);
    if (active.size() > 1) {
      try {
        tnn::cut_model(model, static_cast<int>(point));
      } catch (const tnn::UsageError& error) {
        return std::string(error.what()).find("output '" + output.name + "' has active channels with closed ones") == std::string::npos;
      }
    }
  }
  return true;
}
