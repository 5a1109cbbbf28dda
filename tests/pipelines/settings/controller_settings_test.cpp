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
  CHECK_THROWS_WITH(read({"controller.input=logits", "controller.file=g.json"}), ContainsSubstring("controller.file"));
  CHECK_THROWS_WITH(read({"controller.input=logits", "controller.batch_norm=true", "controller.batch_size=1"}),
                    ContainsSubstring("controller.batch_size"));
}
