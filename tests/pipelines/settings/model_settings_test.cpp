#include "pipelines/settings/model_settings.h"

#include "catch_compat.h"
#include "core/error.h"

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
