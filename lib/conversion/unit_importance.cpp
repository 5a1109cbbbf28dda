#include "conversion/unit_importance.h"

#include <fmt/format.h>

#include <cmath>

#include "core/error.h"
#include "graph/node_traits.h"
#include "graph/parameters.h"

namespace tnn {
namespace {

/// Whether it is a weight or bias of a layer, not of a normalisation.
bool is_scored(const Graph& graph, const Parameter& parameter) { return traits_of(graph.node(parameter.node).operation).is_weighted; }

/// The sum of a tensor's scores for each of its output channels.
std::vector<double> channel_sums(const Parameter& parameter, const WeightScores& scores) {
  const auto found = scores.find(parameter.name);
  size_t expected = 1;
  for (const int64_t size : parameter.shape) expected *= static_cast<size_t>(size);
  if (found == scores.end() || found->second.size() != expected)
    throw DataError(fmt::format("importance of '{}': {} scores for {} weights", parameter.name,
                                found == scores.end() ? size_t{0} : found->second.size(), expected));
  std::vector<double> sums(static_cast<size_t>(parameter.shape.front()));
  const size_t each = expected / sums.size();
  for (size_t i = 0; i < expected; ++i) sums[i / each] += static_cast<double>(found->second[i]);
  for (const double sum : sums)
    if (!std::isfinite(sum)) throw DataError(fmt::format("importance of '{}': it is not a finite number", parameter.name));
  return sums;
}

}  // namespace

WeightScores magnitude_scores(const StoredModel& model) {
  WeightScores scores;
  for (const Parameter& parameter : graph_parameters(model.description.graph)) {
    if (!is_scored(model.description.graph, parameter)) continue;
    std::vector<float> magnitudes = model.tensor(parameter.name).values;
    for (float& value : magnitudes) value = std::fabs(value);
    scores[parameter.name] = std::move(magnitudes);
  }
  return scores;
}

std::vector<std::vector<double>> unit_importance(const Graph& graph, const std::vector<CoupledChannels>& sets, const WeightScores& scores) {
  std::vector<std::vector<double>> channels;  // of each space
  for (const ChannelSpace& space : graph.spaces()) channels.emplace_back(static_cast<size_t>(space.channels));
  for (const Parameter& parameter : graph_parameters(graph)) {
    if (!is_scored(graph, parameter)) continue;
    const std::vector<double> sums = channel_sums(parameter, scores);
    size_t place = 0;
    for (const Part& part : graph.node(parameter.node).shape.parts)
      for (double& channel : channels[static_cast<size_t>(part.space)])
        for (int64_t i = 0; i < part.repeat; ++i) channel += sums[place++];
  }
  std::vector<std::vector<double>> importance;
  for (const CoupledChannels& set : sets) {
    auto& units = importance.emplace_back(static_cast<size_t>(set.units));
    for (const SpaceId space : set.spaces) {
      const auto& sums = channels[static_cast<size_t>(space)];
      for (size_t c = 0; c < sums.size(); ++c) units[c / (sums.size() / units.size())] += sums[c];
    }
  }
  return importance;
}

}  // namespace tnn
