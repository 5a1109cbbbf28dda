#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include "catch_compat.h"
#include "models/registry.h"
#include "network/model_file.h"
#include "runtime/saved_model.h"

using namespace tnn;

namespace {

struct Small {
  const char *name, *variant;
  int depth;
};

ModelDescription describe(const Small& small, const char* strategy) {
  ModelOptions options;
  options.input = {3, 12, 12};
  options.variant = small.variant;
  options.depth = small.depth;
  options.cardinality = 4;
  options.batch_norm = true;
  options.stages = {"16", "M", "32", "32", "M"};
  options.hidden = {24};
  const std::string name = small.name;
  if (name == "c3d_w") options.input = {3, 16, 32, 33}, options.width_multiplier = 0.04;
  if (name == "shufflenet_3d") options.input = {3, 6, 17, 14};
  if (options.depth == 11 && name == "vgg_w") options.input = {3, 32, 32};
  GatingRule rule;
  rule.strategy = strategy;
  return describe_model(build_model(small.name, options), rule, BatchNormMode::shared);
}

}  // namespace

TEST_CASE("masked equals sliced execution of every architecture at every operating point and at random configurations") {
  const std::vector<Small> all{{"vgg_w", "", 0},
                               {"vgg_w", "", 11},
                               {"resnet_d", "a", 14},
                               {"resnet_d", "b", 14},
                               {"resnet_d", "a_last", 14},
                               {"resnet_d", "imagenet", 18},
                               {"mobilenet_v2", "projected", 0},
                               {"resnext_w", "", 11},
                               {"densenet_w", "w", 22},
                               {"densenet_w", "d", 22},
                               {"densenet_w", "dw", 22},
                               {"mobilenet", "", 0},
                               {"mobilenet_v2", "", 0},
                               {"ds_cnn", "s", 0},
                               {"ds_cnn", "l", 0},
                               {"cnn", "s", 0},
                               {"cnn", "l", 0},
                               {"c3d_w", "", 0},
                               {"shufflenet", "", 0},
                               {"shufflenet_3d", "", 0},
                               {"tiny_cnn", "", 0},
                               {"mlp", "", 0}};
  for (const Architecture& architecture : architectures())
    CHECK((architecture.name == "file" ||
           std::any_of(all.begin(), all.end(), [&](const Small& small) { return architecture.name == small.name; })));
  c10::InferenceMode inference;
  for (const Small& small : all)
    for (const char* strategy : {"nested", "independent"}) {
      INFO(small.name << " " << small.variant << " " << small.depth << ", " << strategy);
      const SavedModel saved(RandomModel(describe(small, strategy), 3));
      const Network network = load_network(saved.path);
      std::vector<float> input = saved.model.input(2, 7);
      auto sizes = network.graph().dimensions(network.graph().input().shape);
      sizes.insert(sizes.begin(), 2);
      const at::Tensor x = at::from_blob(input.data(), sizes, at::kFloat);
      for (const OperatingPoint& point : network.description().points) {
        const at::Tensor masked = network.first_output(x, network.masked(point.configuration), {});
        const at::Tensor sliced = network.first_output(x, network.sliced(point.configuration), {});
        const double scale = std::max(1.0, masked.abs().max().item<double>());
        const double difference = (masked - sliced).abs().max().item<double>() / scale;
        INFO("relative difference " << difference);
        REQUIRE(difference <= 1e-5);
      }
    }
}
