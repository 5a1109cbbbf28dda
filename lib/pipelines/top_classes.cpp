#include "pipelines/top_classes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "core/error.h"

namespace tnn {
namespace {

/// Probabilities of logits that are finite.
std::vector<double> softmax(std::span<const float> logits) {
  const double largest = *std::max_element(logits.begin(), logits.end());
  std::vector<double> values;
  for (const float logit : logits) values.push_back(std::exp(static_cast<double>(logit) - largest));
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  for (double& value : values) value /= sum;
  return values;
}

}  // namespace

void require_classifier(const ModelDescription& description) {
  const Graph& graph = description.graph;
  const Output& output = graph.outputs().front();
  const auto shape = graph.dimensions(graph.shape(output));
  if (description.task != "classification" || shape.size() != 1)
    throw UsageError(fmt::format("--top is for classifiers: output '{}' of this model is [{}], its task {}", output.name,
                                 fmt::join(shape, ", "), description.task));
}

Table top_classes(const ModelDescription& description, const std::vector<std::string>& inputs, const NpyArray& logits, int64_t k,
                  bool exact) {
  Table table{{"input", "rank", "class", "label", "probability"}, {}, {false, true, true, false, true}};
  const auto classes = static_cast<size_t>(logits.shape.at(1));
  const auto shown = std::min(classes, static_cast<size_t>(k));
  for (size_t i = 0; i < inputs.size(); ++i) {
    const std::span<const float> row(logits.values.data() + i * classes, classes);
    if (!std::all_of(row.begin(), row.end(), [](float value) { return std::isfinite(value); }))
      throw DataError(fmt::format("'{}': the network's output is not finite, so there are no probabilities", inputs[i]));
    const std::vector<double> probabilities = softmax(row);
    std::vector<size_t> order(classes);
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return row[a] > row[b]; });
    for (size_t rank = 0; rank < shown; ++rank) {
      const size_t c = order[rank];
      const std::string label = c < description.class_names.size() ? description.class_names[c] : std::to_string(c);
      table.rows.push_back({inputs[i], std::to_string(rank + 1), std::to_string(c), label,
                            exact ? fmt::format("{}", probabilities[c]) : fmt::format("{:.4f}", probabilities[c])});
    }
  }
  return table;
}

}  // namespace tnn
