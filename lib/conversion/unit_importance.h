#pragma once

#include <map>
#include <string>
#include <vector>

#include "conversion/coupled_channels.h"
#include "export/stored_model.h"

namespace tnn {

/// What each weight matters, at least 0: tensors of weights and biases by name, each in the order of its numbers.
using WeightScores = std::map<std::string, std::vector<float>>;

/// |w|: the scores that need no data.
WeightScores magnitude_scores(const StoredModel& model);

/// REDS's importance of units: the sum of the scores of all weights and biases that compute a unit's channels. One list for each set.
/// DataError where the scores of a layer are missing or not numbers.
std::vector<std::vector<double>> unit_importance(const Graph& graph, const std::vector<CoupledChannels>& sets, const WeightScores& scores);

}  // namespace tnn
