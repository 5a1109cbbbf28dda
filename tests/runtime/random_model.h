#pragma once

#include <cmath>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/random_stream.h"
#include "formats/model_tensors.h"
#include "gating/learned.h"
#include "random_graph.h"

/// A model with random numbers, as it is and as a file.
struct RandomModel {
  tnn::ModelDescription description;
  std::map<std::string, std::vector<float>> tensors;
  std::map<std::string, std::vector<int64_t>> shapes;

  /// `gain`: of every weight.
  RandomModel(tnn::ModelDescription d, uint64_t seed, double gain = 1) : description(std::move(d)) {
    tnn::RandomStream random(seed, tnn::RandomPurpose::initialization);
    // D / d times the sum of d of D equal groups is sqrt(D / d) times as large as the sum of all: 2 at a quarter.
    if (description.gating.compensation == tnn::Compensation::inverted) gain *= 0.5;
    for (const tnn::ModelTensor& tensor : tnn::model_tensors(description)) {
      int64_t elements = 1;
      for (const int64_t size : tensor.shape) elements *= size;
      auto& numbers = tensors[tensor.name];
      for (int64_t i = 0; i < elements; ++i) numbers.push_back(draw(tensor, elements, gain, random));
      shapes[tensor.name] = tensor.shape;
    }
  }

  void save(const std::filesystem::path& path) const {
    std::vector<tnn::TensorView> views;
    for (const auto& [name, numbers] : tensors)
      views.push_back({name, tnn::DType::f32, shapes.at(name), reinterpret_cast<const std::byte*>(numbers.data())});
    tnn::write_safetensors(path, views, tnn::description_to_metadata(description));
  }

  std::vector<float> input(int64_t batch, uint64_t seed) const {
    int64_t numbers = batch;
    for (const int64_t size : description.graph.dimensions(description.graph.input().shape)) numbers *= size;
    tnn::RandomStream random(seed);
    std::vector<float> values;
    for (int64_t i = 0; i < numbers; ++i) values.push_back(static_cast<float>(random.normal()));
    return values;
  }

 private:
  /// As large as keeps activations near 1 through many layers.
  static float draw(const tnn::ModelTensor& tensor, int64_t elements, double gain, tnn::RandomStream& random) {
    using tnn::ParameterRole;
    if (tensor.role == ParameterRole::weight)
      return static_cast<float>(gain * random.normal() *
                                std::sqrt(2.0 * static_cast<double>(tensor.shape[0]) / static_cast<double>(elements)));
    if (tensor.role == ParameterRole::gain || tensor.role == ParameterRole::scale || tensor.role == ParameterRole::running_variance)
      return static_cast<float>(0.5 + random.uniform());
    return static_cast<float>(random.uniform() - 0.5);
  }
};

/// Puts a table of random configurations, as learned gates leave one, in place of a model's operating points.
inline void learn_at_random(tnn::ModelDescription& description, uint64_t seed) {
  const auto draws = tnn::make_gating_strategy(description.graph, {"independent"});
  std::vector<double> utilizations;
  std::vector<tnn::Configuration> configurations;
  for (int k = 1; k <= 6; ++k) {
    utilizations.push_back(k / 6.0);
    configurations.push_back(draws->configuration_at(k / 6.0, seed));
  }
  description.gating.strategy = "concrete";
  description.gating.rounding = tnn::Rounding::ceil;
  description.points = tnn::learned_operating_points(utilizations, configurations);
}

/// The seed-th random graph with one of the gating rules and batch-norm modes.
inline RandomModel random_model(uint64_t seed) {
  using namespace tnn;
  const bool independent = seed % 3 == 2;
  const auto mode = static_cast<BatchNormMode>(seed / 3 % (independent ? 2 : 3));
  GatingRule rule;
  rule.strategy = independent ? "independent" : seed % 3 == 1 ? "depthwise_nested" : "nested";
  rule.compensation = static_cast<Compensation>(seed / 2 % 3);
  rule.rounding = seed % 2 ? Rounding::ceil : Rounding::floor_plus_one;
  ModelDescription description = describe_model(RandomGraph(seed).build(), rule, mode);
  if (seed % 5 == 4 && mode != BatchNormMode::switchable) learn_at_random(description, seed);
  return RandomModel(std::move(description), seed);
}
