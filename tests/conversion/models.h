#pragma once

#include <numeric>

#include "conversion/coupled_channels.h"
#include "conversion/permutation.h"
#include "core/random_stream.h"
#include "export/stored_model.h"
#include "runtime/direct_evaluation.h"

/// The same model in the form that evaluate_directly takes.
inline RandomModel to_evaluate(const tnn::StoredModel& model) {
  RandomModel result(model.description, 0);
  for (const auto& [name, tensor] : model.tensors) {
    result.tensors[name] = tensor.values;
    result.shapes[name] = tensor.shape;
  }
  return result;
}

inline tnn::StoredModel stored(const RandomModel& model) {
  tnn::StoredModel result{model.description, {}};
  for (const auto& [name, values] : model.tensors) result.tensors[name] = {model.shapes.at(name), values};
  return result;
}

inline int last_point(const tnn::StoredModel& model) { return static_cast<int>(model.description.points.size()) - 1; }

/// Each output of a model at one of its operating points.
inline std::vector<std::vector<double>> evaluate(const tnn::StoredModel& model, int point, uint64_t seed) {
  const RandomModel evaluated = to_evaluate(model);
  return evaluate_directly(evaluated, point, evaluated.input(1, seed).data());
}

/// The largest difference of any output, relative to its largest magnitude.
inline double difference(const std::vector<std::vector<double>>& found, const std::vector<std::vector<double>>& expected) {
  if (found.size() != expected.size()) return HUGE_VAL;
  double worst = 0;
  for (size_t o = 0; o < found.size(); ++o) {
    if (found[o].size() != expected[o].size()) return HUGE_VAL;
    double largest = 0, scale = 1e-30;
    for (size_t i = 0; i < found[o].size(); ++i) {
      const double apart = std::fabs(found[o][i] - expected[o][i]);
      if (!(apart < HUGE_VAL)) return HUGE_VAL;
      largest = std::max(largest, apart);
      scale = std::max(scale, std::fabs(expected[o][i]));
    }
    worst = std::max(worst, largest / scale);
  }
  return worst;
}

inline tnn::UnitOrders random_orders(const std::vector<tnn::CoupledChannels>& sets, uint64_t seed) {
  tnn::RandomStream random(seed, tnn::RandomPurpose::shuffle);
  tnn::UnitOrders orders;
  for (const tnn::CoupledChannels& set : sets) {
    auto& order = orders.emplace_back(static_cast<size_t>(set.units));
    std::iota(order.begin(), order.end(), int64_t{0});
    random.shuffle(order);
  }
  return orders;
}
