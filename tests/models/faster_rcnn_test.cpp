#include "models/faster_rcnn.h"

#include <algorithm>

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
  CHECK(detector.dimensions(detector.shape(detector.outputs()[DetectorOutputs{}.objectness()])) == std::vector<int64_t>{15, 14, 14});
  CHECK(detector.dimensions(detector.shape(detector.outputs()[DetectorOutputs{}.box_deltas()])) == std::vector<int64_t>{84});
}

TEST_CASE("Faster R-CNN: over a feature pyramid of ResNet-50 it has torchvision's parameters") {
  ModelOptions options;
  options.input = {3, 256, 320};
  options.depth = 50;
  FasterRcnnOptions detector;
  detector.classes = 90;
  detector.anchors = 3;
  detector.roi_align = {7, 2, 1000, false};
  detector.pyramid.levels = {"layer1.2.relu", "layer2.3.relu", "layer3.5.relu", "layer4.2.relu"};
  const Graph graph = faster_rcnn(build_model("resnet_d", options), detector);
  // fasterrcnn_resnet50_fpn(): 41,755,286 with frozen batch norms, whose 53,120 scales and shifts are no parameters there.
  CHECK(parameters(graph) == 41755286 + 53120);
  REQUIRE(graph.outputs().size() == 12);
  CHECK(graph.outputs()[4].name == "objectness.4");
  CHECK(graph.dimensions(graph.shape(graph.outputs()[0])) == std::vector<int64_t>{3, 64, 80});
  CHECK(graph.dimensions(graph.shape(graph.outputs()[9])) == std::vector<int64_t>{12, 4, 5});
  CHECK(graph_from_json(graph_to_json(graph)) == graph);
  CHECK(std::get<Convolution>(graph.node(*graph.find_node("rpn.head.conv.2")).operation).weights_of == "rpn.head.conv");
  CHECK_FALSE(graph.find_node("fc").has_value());
}

TEST_CASE("Faster R-CNN: levels of a pyramid that are none, or do not halve, are refused by name") {
  ModelOptions options;
  options.input = {3, 224, 224};
  options.depth = 50;
  const Graph resnet = build_model("resnet_d", options);
  const auto over = [&](std::vector<std::string> levels) {
    FasterRcnnOptions detector;
    detector.pyramid.levels = std::move(levels);
    return faster_rcnn(resnet, detector);
  };
  CHECK_THROWS_WITH(over({"layer1.2.rel", "layer2.3.relu"}), Catch::Contains("detector.fpn: ") && Catch::Contains("layer1.2.relu"));
  CHECK_THROWS_WITH(over({"layer1.2.relu", "layer3.5.relu"}), Catch::Contains("each half as high and wide"));
  CHECK_THROWS_WITH(over({"fc"}), Catch::Contains("no whole fraction of the input"));
}

TEST_CASE("Faster R-CNN: gates that nothing of a pyramid reads are left out, those of its channels and head are there") {
  ModelOptions options;
  options.input = {3, 128, 128};
  options.depth = 50;
  FasterRcnnOptions detector;
  detector.anchors = 3;
  detector.pyramid = {{"layer2.3.relu", "layer3.5.relu"}, 64, 8, 3};
  detector.head_cardinality = 4;
  const Graph graph = faster_rcnn(build_model("resnext_w", options), detector);
  std::vector<std::string> gates;
  for (const Gate& gate : graph.gates()) gates.push_back(gate.name);
  CHECK(std::count(gates.begin(), gates.end(), "fpn") == 1);
  CHECK(std::count(gates.begin(), gates.end(), "box_head") == 1);
  CHECK(std::none_of(gates.begin(), gates.end(), [](const std::string& name) { return name.find("layer4") != std::string::npos; }));
  const auto points = make_gating_strategy(graph, {})->operating_points();
  const Configuration& half = points[points.size() / 2].configuration;
  CHECK(network_cost(graph, half).macs < network_cost(graph, Configuration::full(graph)).macs * 2 / 3);
}

TEST_CASE("Faster R-CNN: torchvision's names of a detector's tensors are known") {
  CHECK(faster_rcnn_pretrained_name("backbone.body.layer1.0.conv1.weight") == "layer1.0.conv1.weight");
  CHECK(faster_rcnn_pretrained_name("backbone.fpn.inner_blocks.2.0.weight") == "fpn.inner_blocks.2.weight");
  CHECK(faster_rcnn_pretrained_name("backbone.fpn.layer_blocks.0.bias") == "fpn.layer_blocks.0.bias");
  CHECK(faster_rcnn_pretrained_name("rpn.head.conv.0.0.bias") == "rpn.head.conv.bias");
  CHECK(faster_rcnn_pretrained_name("roi_heads.box_head.fc6.weight") == "roi_heads.box_head.fc6.weight");
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
