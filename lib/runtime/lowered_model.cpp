#include "runtime/lowered_model.h"

#include <fmt/format.h>

#include "core/error.h"
#include "graph/graph_builder.h"
#include "graph/region_split.h"
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
  if (find_roi_align(description.graph))
    throw UsageError(fmt::format("'{}' is a two-stage detector, which this does not run (tnn run with an image does)", path.string()));
  for (const std::string& node : extra_outputs) description.graph = GraphBuilder::with_output(description.graph, node);
  return lower_model(std::move(file), std::move(description), path.string());
}

std::shared_ptr<const LoweredModel> lower_model(std::shared_ptr<const SafetensorsFile> file, ModelDescription description,
                                                const std::string& path) {
  check_points(description, path);
  ModelWeights weights(std::move(file), description);
  Plan plan = lower(description);
  std::vector<GateId> compensated;
  if (description.gating.compensation != Compensation::none) compensated = compensated_nodes(description.graph);
  return std::make_shared<const LoweredModel>(
      LoweredModel{std::move(description), std::move(weights), std::move(plan), std::move(compensated)});
}

}  // namespace tnn
