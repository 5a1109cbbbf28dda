#include "graph/region_split.h"

#include <fmt/format.h>

#include "core/error.h"
#include "graph/graph_copy.h"

namespace tnn {

std::optional<NodeId> find_roi_align(const Graph& graph) {
  for (size_t i = 0; i < graph.nodes().size(); ++i)
    if (std::holds_alternative<RoiAlign>(graph.nodes()[i].operation)) return static_cast<NodeId>(i);
  return std::nullopt;
}

RegionSplit split_at_regions(const Graph& graph) {
  const std::optional<NodeId> align = find_roi_align(graph);
  if (!align) throw UsageError("graph '" + graph.name() + "' has no RoIAlign: it is no two-stage detector");
  const TensorShape& pooled = graph.node(*align).shape;
  GraphBuilder images(graph.name()), regions(graph.name());
  GraphCopy of_images(graph, images), of_regions(graph, regions);
  of_regions.place(*align, regions.input(graph.dimensions(pooled)));
  for (size_t i = 0; i < graph.nodes().size(); ++i) {
    const auto node = static_cast<NodeId>(i);
    if (graph.node(node).shape.regions == 1)
      of_images.append(node);
    else if (node != *align)
      of_regions.append(node);
  }
  std::vector<NodeId> outputs[2];
  std::vector<std::string> names[2];
  for (const Output& output : graph.outputs()) {
    const bool of_region = graph.shape(output).regions > 1;
    outputs[of_region].push_back((of_region ? of_regions : of_images).copy_of(output.node));
    names[of_region].push_back(output.name);
  }
  const std::vector<NodeId>& levels = graph.node(*align).inputs;
  for (size_t i = 0; i < levels.size(); ++i) {
    outputs[0].push_back(of_images.copy_of(levels[i]));
    names[0].push_back(levels.size() == 1 ? std::string(RegionSplit::kFeatures) : fmt::format("{}.{}", RegionSplit::kFeatures, i));
  }
  return {images.finish(outputs[0], names[0]), regions.finish(outputs[1], names[1]), std::get<RoiAlign>(graph.node(*align).operation),
          static_cast<int64_t>(levels.size())};
}

}  // namespace tnn
