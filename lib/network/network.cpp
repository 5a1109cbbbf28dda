#include "network/network.h"

#include <algorithm>
#include <set>

#include "core/error.h"
#include "network/evaluation_proposer.h"
#include "network/executor.h"

namespace tnn {
namespace {

/// Groups that any of the configurations uses.
Configuration union_of(const Graph& graph, const std::vector<Configuration>& configurations) {
  Configuration result;
  for (size_t g = 0; g < graph.gates().size(); ++g) {
    std::set<int> groups;
    for (const Configuration& c : configurations) groups.insert(c.gates[g].indices().begin(), c.gates[g].indices().end());
    result.gates.push_back(ActiveGroups::of(graph.gates()[g].groups, {groups.begin(), groups.end()}));
  }
  return result;
}

}  // namespace

Network::Network(ModelDescription description, uint64_t seed, at::Device device, bool channels_last)
    : description_(std::move(description)),
      gating_(make_gating_strategy(description_.graph, description_.gating, description_.points)),
      parameters_(description_.graph, description_.batch_norm, static_cast<int64_t>(description_.points.size()), seed),
      gate_sites_(find_gate_sites(description_.graph, description_.gating.compensation)),
      device_(device),
      channels_last_(channels_last) {
  if (description_.detector) proposer_ = std::make_shared<EvaluationProposer>(*description_.detector);
  parameters_.place(device, channels_last);
}

Configuration Network::configuration_at(double u) const {
  return description_.points[static_cast<size_t>(point_at(description_, u))].configuration;
}

Execution Network::at_point(int point) const {
  const Configuration& configuration = description_.points.at(static_cast<size_t>(point)).configuration;
  return {configuration, {}, {has_one_normalization(description_.batch_norm) ? -1 : point}, {}};
}

int Network::point_of(const Configuration& configuration) const {
  if (has_one_normalization(description_.batch_norm)) return -1;
  const auto point = find_operating_point(description_.points, configuration);
  if (!point && description_.batch_norm == BatchNormMode::switchable)
    throw UsageError("switchable batch norm has no parameters for a configuration that is not one of the model's operating points");
  return point.value_or(-1);
}

Execution Network::sliced(const Configuration& configuration) const { return {configuration, {}, {point_of(configuration)}, {}}; }

Execution Network::masked(const Configuration& configuration) const {
  return {Configuration::full(graph()), {configuration}, {point_of(configuration)}, {}};
}

Execution Network::masked_at_point(int point) const {
  Execution execution = at_point(point);
  execution.masks = {execution.computed};
  execution.computed = Configuration::full(graph());
  return execution;
}

Execution Network::per_sample(const std::vector<Configuration>& configurations) const {
  if (description_.batch_norm == BatchNormMode::switchable)
    throw UsageError("switchable batch norm needs batches at one utilization (training.u_per: batch)");
  Execution execution{union_of(graph(), configurations), configurations, {}, {}};
  for (const Configuration& configuration : configurations) execution.points.push_back(point_of(configuration));
  return execution;
}

Execution Network::gated(std::vector<at::Tensor> gates) const {
  if (description_.batch_norm == BatchNormMode::switchable)
    throw UsageError("switchable batch norm has no parameters for gates that are not one of the model's operating points");
  return {Configuration::full(graph()), {}, {-1}, std::move(gates)};
}

std::vector<at::Tensor> Network::forward(const at::Tensor& input, const Execution& execution, const Pass& pass) const {
  return Executor(*this, execution, pass).run(input);
}

}  // namespace tnn
