#include "catch_compat.h"
#include "difference.h"
#include "models/registry.h"

using namespace tnn;

namespace {

RandomModel small_model(const char* name, const char* variant, const char* strategy) {
  ModelOptions options;
  options.input = {3, 8, 8};
  options.variant = variant;
  options.cardinality = 4;
  options.batch_norm = true;
  options.stages = {"16", "M", "32", "32", "M"};
  options.hidden = {24};
  const std::string architecture = name;
  if (architecture == "c3d_w") options.input = {3, 16, 32, 33}, options.width_multiplier = 0.04;
  if (architecture == "shufflenet_3d") options.input = {3, 6, 17, 14};
  if (architecture.find("shufflenet") == 0) options.width_multiplier = 0.25;
  options.depth = architecture == "resnext_w" ? 11 : architecture == "densenet_w" ? 22 : architecture == "resnet_d" ? 14 : 0;
  GatingRule rule;
  rule.strategy = strategy;
  const double gain = architecture == "mobilenet_v2" ? 0.7 : 1;  // a third of its layers have no activation that would halve the power
  return RandomModel(describe_model(build_model(name, options), rule, BatchNormMode::shared), 3, gain);
}

}  // namespace

TEST_CASE("the prefix engine equals direct evaluation of every architecture, prefix or not") {
  for (const char* strategy : {"nested", "independent"})
    for (const auto& [name, variant] : std::vector<std::pair<const char*, const char*>>{{"vgg_w", ""},
                                                                                        {"resnext_w", ""},
                                                                                        {"densenet_w", "dw"},
                                                                                        {"densenet_w", "w"},
                                                                                        {"ds_cnn", "s"},
                                                                                        {"resnet_d", ""},
                                                                                        {"resnet_d", "a"},
                                                                                        {"mobilenet", ""},
                                                                                        {"mobilenet_v2", ""},
                                                                                        {"cnn", "s"},
                                                                                        {"c3d_w", ""},
                                                                                        {"shufflenet", ""},
                                                                                        {"shufflenet_3d", ""},
                                                                                        {"tiny_cnn", ""}}) {
      INFO(name << " " << variant << ", " << strategy);
      const RandomModel model = small_model(name, variant, strategy);
      for (const int64_t batch : {1, 9}) CHECK(difference_at_all_points(model, "prefix", batch) <= 1e-5);
    }
}
