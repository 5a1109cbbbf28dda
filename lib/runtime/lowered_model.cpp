#include "runtime/lowered_model.h"

#include <fmt/format.h>

#include "core/error.h"
#include "graph/graph_builder.h"
#include "runtime/lowering/passes.h"

namespace tnn {
namespace {

constexpr size_t kMostEntries = size_t{1} << 22;  // operating points x nodes

void check_points(const ModelDescription& description, const std::string& path) {
  const size_t points = description.points.size(), nodes = description.graph.nodes().size();
  if (points == 0) throw DataError(fmt::format("'{}' has no operating point", path));
  if (points > kMostEntries / nodes)
    throw DataError(fmt::format("'{}': {} operating points of {} nodes (allowed: {} of both together)", path, points, nodes, kMostEntries));
}

}  // namespace

std::shared_ptr<const LoweredModel> load_lowered_model(const std::filesystem::path& path, const std::vector<std::string>& extra_outputs) {
  auto file = std::make_shared<const SafetensorsFile>(path);
  ModelDescription description = description_from_metadata(file->metadata(), path.string());
  check_points(description, path.string());
  for (const std::string& node : extra_outputs) description.graph = GraphBuilder::with_output(description.graph, node);
  ModelWeights weights(std::move(file), description);
  Plan plan = lower(description);
  std::vector<GateId> compensated;
  if (description.gating.compensation != Compensation::none) compensated = compensated_nodes(description.graph);
  return std::make_shared<const LoweredModel>(
      LoweredModel{std::move(description), std::move(weights), std::move(plan), std::move(compensated)});
}

}  // namespace tnn
