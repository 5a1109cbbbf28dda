#include "catch_compat.h"
#include "core/error.h"
#include "pipelines/settings/settings.h"

using namespace tnn;

namespace {
ControllerOptions read(std::vector<std::string> overrides) {
  overrides.emplace_back("controller.method=bandit");
  return controller_options(Recipe::defaults(overrides));
}
}  // namespace

TEST_CASE("keys of a controller that contradict each other are named") {
  CHECK(read({}).enabled);
  CHECK_THROWS_WITH(read({"controller.input=logits", "controller.model=vgg_w"}),
                    ContainsSubstring("controller.model") && ContainsSubstring("controller.input pixels"));
  CHECK_NOTHROW(read({"controller.input=pixels", "controller.model=vgg_w"}));
  CHECK_THROWS_WITH(read({"controller.input=features", "controller.model=tiny_cnn"}), ContainsSubstring("features gives a vector"));
  CHECK_THROWS_WITH(read({"controller.input=logits", "controller.features=fc"}), ContainsSubstring("controller.input is logits"));
  CHECK(read({"controller.input=features", "controller.features=fc"}).features == "fc");
  CHECK_THROWS_WITH(read({"controller.input=logits", "controller.file=g.json"}), ContainsSubstring("controller.file"));
  CHECK_THROWS_WITH(read({"controller.input=logits", "controller.batch_norm=true", "controller.batch_size=1"}),
                    ContainsSubstring("controller.batch_size"));
}

TEST_CASE("a controller of features takes what the first action opens of the last linear layer's input, or of a node by name") {
  const auto input_of = [](const std::vector<std::string>& more) {
    std::vector<std::string> overrides{"controller.method=bandit", "controller.input=features", "model.name=vgg_w",
                                       "model.input=[1, 8, 8]",    "model.classes=5",           "model.cardinality=4",
                                       "model.stages=[8, M, 16]",  "model.hidden=[]",           "controller.actions=4"};
    overrides.insert(overrides.end(), more.begin(), more.end());
    const Settings settings = read_settings(Recipe::defaults(overrides));
    const Graph graph = settings.controller_graph(settings.model);
    return graph.dimensions(graph.input().shape);
  };
  CHECK(input_of({}) == std::vector<int64_t>{4 * 16});  // of 16 channels of 4 x 4
  CHECK(input_of({"controller.actions=2"}) == std::vector<int64_t>{8 * 16});
  CHECK(input_of({"controller.features=stage1.conv1"}) == std::vector<int64_t>{2 * 64});
  CHECK_THROWS_WITH(input_of({"controller.features=stage1.con1"}),
                    ContainsSubstring("controller.features") && ContainsSubstring("did you mean 'stage1.conv1'"));
}
