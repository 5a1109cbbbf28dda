#include "pipelines/settings/model_settings.h"

#include "catch_compat.h"
#include "core/error.h"
#include "formats/safetensors.h"
#include "gating/learned.h"
#include "graph/graph_builder.h"
#include "temporary_folder.h"

using namespace tnn;

namespace {

std::string fault_of(const std::string& yaml, const Recipe::Overrides& overrides = {}) {
  try {
    describe_recipe_model(Recipe::parse(yaml, "r.yaml", overrides));
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a model that cannot be built is told with the place of its key in the recipe") {
  CHECK_THAT(fault_of("model:\n  name: vgg\n"), ContainsSubstring("r.yaml:2:9: unknown model 'vgg'"));
  CHECK_THAT(fault_of("model:\n  name: resnet_d\n  depth: 7\n"), ContainsSubstring("r.yaml:3:10: model.depth: "));
  CHECK_THAT(fault_of("model: {name: resnet_d}\n", {"model.depth=7"}), ContainsSubstring("--set model.depth=7: model.depth: "));
  CHECK_THAT(fault_of("model: {name: vgg_w}\ngating:\n  min_active: 4000\n"), ContainsSubstring("r.yaml:3:15: gating.min_active 4000"));
  CHECK_THAT(fault_of("model: {name: vgg_w, stages: [\"8\"], cardinality: 16}\n"), ContainsSubstring("r.yaml:1:15: node"));
}

TEST_CASE("a recipe takes graph and operating points from a model file, and its gating from nowhere else") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "table.safetensors";
  GraphBuilder b("table");
  const NodeId x = b.linear("hidden", b.input({3}), 8, b.channel_gate("width", 4));
  ModelDescription table = describe_model(b.finish({b.linear("out", x, 2)}), {}, BatchNormMode::shared);
  table.gating = {"reds", Rounding::ceil, 1, Compensation::none};
  table.points = learned_operating_points({0.4, 1}, {table.points[1].configuration, table.points[3].configuration});
  table.points[0].validation_accuracy = 0.5;
  write_safetensors(path, {}, description_to_metadata(table));

  const std::string model = "model:\n  name: file\n  file: " + path.string() + "\n";
  const ModelDescription found = describe_recipe_model(Recipe::parse(model, "r.yaml", {"training.batch_norm=switchable"}));
  CHECK(found.graph == table.graph);
  CHECK(found.gating == table.gating);
  CHECK(found.batch_norm == BatchNormMode::switchable);
  REQUIRE(found.points.size() == 2);
  CHECK(found.points[0].configuration == table.points[0].configuration);
  CHECK(found.points[0].u == 0.4);
  CHECK_FALSE(found.points[0].validation_accuracy);
  CHECK_THAT(fault_of(model + "gating:\n  rounding: ceil\n"), ContainsSubstring("r.yaml:5:13: gating.rounding: the model file"));
}
