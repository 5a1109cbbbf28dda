#include "models/faster_rcnn.h"

#include "catch_compat.h"
#include "core/error.h"
#include "cost/cost.h"
#include "graph/graph_json.h"
#include "models/registry.h"
#include "random_detector.h"

using namespace tnn;

namespace {

Graph classifier(const std::string& name, std::vector<int64_t> input, int depth) {
  ModelOptions options;
  options.input = std::move(input);
  options.classes = 20;
  options.depth = depth;
  options.variant = name == "densenet_w" ? "w" : "";
  return build_model(name, options);
}

int64_t parameters(const Graph& graph) { return network_cost(graph, Configuration::full(graph)).parameters; }

}  // namespace

TEST_CASE("Faster R-CNN: a ResNet-50 cut before its last stage is R50-C4") {
  ModelOptions options;
  options.input = {3, 608, 1008};
  options.depth = 50;
  const Graph resnet = build_model("resnet_d", options);
  CHECK_THROWS_WITH(faster_rcnn(resnet, {.cut = "nowhere"}),
                    Catch::Contains("detector.cut: the network has no node 'nowhere' (allowed: such as "));
  CHECK_THROWS_WITH(faster_rcnn(resnet, {.cut = "fc"}), Catch::Contains("'fc' is not before the last layer"));
  CHECK_THROWS_WITH(faster_rcnn(resnet, {.cut = "layer4.0.conv1"}), Catch::Contains("reads a node before it"));
  const Graph detector = faster_rcnn(resnet, {.cut = "layer3.5.relu", .roi_align = {14, 2, 300}});
  CHECK(detector.dimensions(detector.shape(detector.outputs().front())) == std::vector<int64_t>{15, 38, 63});
  CHECK(detector.dimensions(detector.node(*detector.find_node("layer4.2.relu")).shape) == std::vector<int64_t>{2048, 7, 7});
}

TEST_CASE("Faster R-CNN: its parameters are the classifier's, the proposal network's and two linear layers'") {
  const Graph resnext = classifier("resnext_w", {3, 224, 224}, 50);
  const Graph detector =
      faster_rcnn(resnext, {.cut = "layer3.5.relu", .classes = 20, .anchors = 15, .channels = 0, .roi_align = {14, 2, 300}});
  const int64_t proposal = (1024 * 9 + 1) * 1024 + (1024 + 1) * 15 * 5, last = (2048 + 1) * 20, heads = (2048 + 1) * 21 * 5;
  CHECK(parameters(detector) == parameters(resnext) - last + proposal + heads);
  REQUIRE(detector.outputs().size() == 4);
  CHECK(detector.dimensions(detector.shape(detector.outputs()[DetectorOutputs::objectness])) == std::vector<int64_t>{15, 14, 14});
  CHECK(detector.dimensions(detector.shape(detector.outputs()[DetectorOutputs::box_deltas])) == std::vector<int64_t>{84});
}

TEST_CASE("Faster R-CNN: costs count the head once a region") {
  const ModelDescription description = random_detector(1);
  const Configuration full = Configuration::full(description.graph);
  int64_t images = 0, regions = 0;
  for (const Node& node : description.graph.nodes())
    (node.shape.regions == 1 ? images : regions) += node_cost(description.graph, node, full, Slicing::both).macs;
  CHECK(regions % description.detector->proposals.after_nms == 0);
  CHECK(network_cost(description.graph, full).macs == images + regions);
}

TEST_CASE("Faster R-CNN: random detectors are read back from JSON") {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    const Graph graph = random_detector(seed).graph;
    CHECK(graph_from_json(graph_to_json(graph)) == graph);
  }
}
