#include "graph/region_split.h"

#include "catch_compat.h"
#include "core/error.h"
#include "graph/graph_builder.h"
#include "graph/graph_json.h"

using namespace tnn;

namespace {

/// An image's feature map, an output of it, and a linear layer for each of its regions.
Graph two_stage(int64_t regions = 5) {
  GraphBuilder b("two_stage");
  const NodeId map = b.convolution("map", b.input({3, 8, 8}), 4, b.channel_gate("width", 2), {{{3}, {2}, {1}, {}}});
  const NodeId score = b.convolution("score", map, 1, kNone, {{{1}, {}, {}, {}}});
  const NodeId pooled = b.roi_align("pooled", map, {2, 2, regions});
  return b.finish({score, b.linear("fc", b.flatten("flat", pooled), 3)});
}

}  // namespace

TEST_CASE("RoIAlign: a graph's samples are regions from there on") {
  const Graph graph = two_stage();
  CHECK(graph.shape(graph.outputs()[0]).regions == 1);
  CHECK(graph.shape(graph.outputs()[1]).regions == 5);
  CHECK(graph_from_json(graph_to_json(graph)) == graph);
  CHECK(find_roi_align(graph) == graph.find_node("pooled"));
}

TEST_CASE("RoIAlign: images and regions are not computed with each other, and there is one") {
  GraphBuilder b("wrong");
  const NodeId map = b.input({3, 2, 2});
  const NodeId pooled = b.roi_align("pooled", map, {2, 2, 5});
  CHECK_THROWS_WITH(b.concat("both", {map, pooled}), Catch::Contains("of images and of regions"));
  CHECK_THROWS_WITH(b.roi_align("again", map, {2, 2, 5}), Catch::Contains("there is a RoIAlign already, 'pooled'"));
  CHECK_THROWS_WITH(b.roi_align("flat", b.flatten("f", map), {2, 2, 5}), Catch::Contains("two dimensions"));
  CHECK_THROWS_AS(b.roi_align("none", map, {0, 2, 5}), UsageError);
}

TEST_CASE("RoIAlign: a graph is split into one of images and one of regions") {
  const Graph graph = two_stage();
  const RegionSplit split = split_at_regions(graph);
  REQUIRE(split.images.outputs().size() == 2);
  CHECK(split.images.outputs()[0].name == "score");
  CHECK(split.images.outputs()[1].name == RegionSplit::kFeatures);
  CHECK(split.images.dimensions(split.images.shape(split.images.outputs()[1])) == std::vector<int64_t>{4, 4, 4});
  CHECK(split.regions.dimensions(split.regions.input().shape) == std::vector<int64_t>{4, 2, 2});
  CHECK(split.regions.outputs().front().name == "fc");
  CHECK(split.images.gates() == graph.gates());
  CHECK(split.regions.gates() == graph.gates());
  CHECK(split.roi_align == RoiAlign{2, 2, 5});
  GraphBuilder b("plain");
  const NodeId x = b.input({3, 2, 2});
  CHECK_THROWS_WITH(split_at_regions(b.finish({x})), Catch::Contains("no RoIAlign"));
}
