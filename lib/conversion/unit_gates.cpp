#include "conversion/unit_gates.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "graph/graph_json.h"

namespace tnn {
namespace {

constexpr int64_t kMostGroups = int64_t{1} << 16;  // of a gate

/// The largest divisor of `units` that is at most `wanted`, and leaves at most kMostGroups groups.
int64_t group_units(int64_t units, int64_t wanted) {
  int64_t size = std::min(wanted, units);
  while (size > 1 && units % size != 0) --size;
  while (units / size > kMostGroups || units % size != 0) ++size;
  return size;
}

}  // namespace

GatedGraph gate_units(const Graph& graph, const std::vector<CoupledChannels>& sets, const UnitGateOptions& options) {
  if (!graph.gates().empty()) throw UsageError(fmt::format("'{}' has gates already", graph.name()));
  GatedGraph gated;
  std::map<std::string, std::string> gate_of_space;
  nlohmann::ordered_json json = nlohmann::ordered_json::parse(graph_to_json(graph));
  for (size_t i = 0; i < sets.size(); ++i) {
    const int64_t each = group_units(sets[i].units, options.group_units), groups = sets[i].units / each,
                  least = (options.least_units + each - 1) / each;
    if (groups <= least) continue;
    const std::string& name = graph.space(sets[i].spaces.front()).name;
    for (const SpaceId space : sets[i].spaces) gate_of_space[graph.space(space).name] = name;
    json["gates"].push_back({{"name", name}, {"kind", "channel"}, {"groups", groups}, {"min_active", least}});
    gated.sets.push_back({i, static_cast<GateId>(gated.sets.size()), each});
  }
  if (gated.sets.empty())
    throw UsageError(
        fmt::format("'{}' has no layer that could be narrowed: each reaches an output, is read by a channel shuffle or pad, or has no more "
                    "than the {} units that stay open",
                    graph.name(), options.least_units));
  for (auto& space : json["spaces"])
    if (const auto found = gate_of_space.find(space["name"].get<std::string>()); found != gate_of_space.end())
      space["gate"] = found->second;
  gated.graph = graph_from_json(json.dump());
  return gated;
}

}  // namespace tnn
