#include "catch_compat.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "graph/graph_json.h"
#include "graph/parameters.h"
#include "models/registry.h"
#include "temporary_folder.h"

using namespace tnn;

TEST_CASE("VGG-W shares one gate a stage, pools after each, and gates each hidden layer") {
  ModelOptions options;
  options.stages = {"16", "16", "M", "32", "M"};
  options.hidden = {64};
  options.batch_norm = true;
  for (const bool pool_before_norm : {false, true}) {
    options.pool_before_norm = pool_before_norm;
    const Graph graph = build_model("vgg_w", options);
    REQUIRE(graph.gates().size() == 3);
    for (const Gate& gate : graph.gates()) CHECK((gate.groups == 16 && gate.min_active == 1));
    CHECK(graph.dimensions(graph.node(*graph.find_node("stage2.pool")).shape) == std::vector<int64_t>{32, 8, 8});
    CHECK(graph.channels(graph.node(*graph.find_node("flatten")).shape) == 32 * 64);
    CHECK(*graph.find_node("stage1.bn1") < *graph.find_node("stage1.pool"));
    CHECK((*graph.find_node("stage2.bn1") > *graph.find_node("stage2.pool")) == pool_before_norm);
  }
}

TEST_CASE("an MLP is its hidden layers and an ungated classifier") {
  ModelOptions options;
  options.input = {1, 28, 28};
  options.hidden = {100, 50};
  const Graph graph = build_model("mlp", options);
  int64_t parameters = 0;
  for (const Parameter& parameter : graph_parameters(graph)) {
    int64_t size = 1;
    for (const int64_t extent : parameter.shape) size *= extent;
    parameters += size;
  }
  CHECK(parameters == 784 * 100 + 100 + 100 * 50 + 50 + 50 * 10 + 10);
  CHECK(graph.gates().size() == 2);
  CHECK(graph.space(graph.shape(graph.outputs().front()).parts.front().space).gate == kNone);
}

TEST_CASE("a graph can be read from a file, and what cannot be built says why") {
  const TemporaryFolder folder;
  ModelOptions options;
  options.hidden = {32};
  const Graph graph = build_model("mlp", options);
  options.file = (folder.path() / "graph.json").string();
  write_file_atomically(options.file, graph_to_json(graph));
  CHECK(build_model("file", options) == graph);
  options.file.clear();
  CHECK_THROWS_WITH(build_model("file", options), ContainsSubstring("model.file"));
  CHECK_THROWS_WITH(build_model("vgg", options), ContainsSubstring("did you mean 'vgg_w'"));
  options.stages = {"16", "m"};
  CHECK_THROWS_WITH(build_model("vgg_w", options), ContainsSubstring("'m'"));
  options.stages.clear();
  CHECK_THROWS_AS(build_model("vgg_w", options), UsageError);
}
