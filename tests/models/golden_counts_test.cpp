#include <algorithm>

#include "catch_compat.h"
#include "core/error.h"
#include "cost/cost.h"
#include "gating/gating_strategy.h"
#include "models/registry.h"

using namespace tnn;

namespace {

struct Golden {
  const char* name;
  std::vector<int64_t> input;
  int64_t classes;
  int depth, cardinality;
  int64_t group_width;
  const char* variant;
  int64_t parameters;
  double mega_macs;
  std::vector<int64_t> hidden = {};  ///< of VGG
  bool batch_norm = false;
};

Graph build(const Golden& golden) {
  ModelOptions options;
  options.input = golden.input, options.classes = golden.classes, options.depth = golden.depth;
  options.cardinality = golden.cardinality, options.group_width = golden.group_width, options.variant = golden.variant;
  options.hidden = golden.hidden, options.batch_norm = golden.batch_norm;
  return build_model(golden.name, options);
}

const std::vector<int64_t> kCifar{3, 32, 32}, kImageNet{3, 224, 224}, kSpectrogram{1, 49, 10}, kJester{3, 16, 100, 160},
    kVggHidden{4096, 4096};

}  // namespace

TEST_CASE("parameters and multiply-accumulates at full width equal the published counts") {
  // torchvision 0.26 for the ImageNet nets; the papers' or their authors' code for the others.
  const std::vector<Golden> table{{"resnext_w", kImageNet, 1000, 50, 32, 4, "", 25028904, 4230.5},
                                  {"resnext_w", kImageNet, 1000, 101, 32, 8, "", 88791336, 16414},
                                  {"resnext_w", kCifar, 10, 29, 8, 64, "", 34426698, 0},
                                  {"densenet_w", kCifar, 10, 100, 12, 4, "w", 769162, 0},
                                  {"densenet_w", kCifar, 10, 100, 12, 4, "dw", 769162, 0},
                                  {"densenet_w", kImageNet, 1000, 121, 16, 4, "", 7978856, 2834.2},
                                  {"densenet_w", kImageNet, 1000, 169, 16, 4, "d", 14149480, 3360},
                                  {"mobilenet", kImageNet, 1000, 0, 16, 4, "", 4231976, 568.7},
                                  {"mobilenet", kCifar, 10, 0, 16, 4, "", 3217226, 0},
                                  {"ds_cnn", kSpectrogram, 12, 0, 16, 4, "s", 23756, 2.656768},
                                  {"resnet_d", kImageNet, 1000, 18, 16, 4, "", 11689512, 1814},
                                  {"resnet_d", kImageNet, 1000, 50, 16, 4, "", 25557032, 4089.2},
                                  {"densenet_w", kImageNet, 1000, 201, 16, 4, "dw", 20013928, 0},
                                  {"resnet_d", kImageNet, 1000, 34, 16, 4, "", 21797672, 0},
                                  {"resnet_d", kImageNet, 1000, 101, 16, 4, "", 44549160, 0},
                                  {"vgg_w", kImageNet, 1000, 11, 16, 4, "", 132863336, 0, kVggHidden},
                                  {"vgg_w", kImageNet, 1000, 13, 16, 4, "", 133047848, 0, kVggHidden},
                                  {"vgg_w", kImageNet, 1000, 16, 16, 4, "", 138357544, 15470, kVggHidden},
                                  {"vgg_w", kImageNet, 1000, 19, 16, 4, "", 143667240, 0, kVggHidden},
                                  {"vgg_w", kImageNet, 1000, 16, 16, 4, "", 138365992, 15470, kVggHidden, true},
                                  {"vgg_w", kCifar, 10, 16, 16, 4, "", 14728266, 0, {}, true},
                                  {"mobilenet_v2", kImageNet, 1000, 0, 16, 4, "", 3504872, 300.8},
                                  {"cnn", kSpectrogram, 12, 0, 16, 4, "s", 69238, 0},
                                  {"cnn", kSpectrogram, 12, 0, 16, 4, "l", 476206, 0},
                                  {"resnet_d", kCifar, 10, 32, 16, 4, "a", 464154, 0},
                                  {"resnet_d", kCifar, 10, 44, 16, 4, "a", 658586, 0},
                                  {"resnet_d", kImageNet, 1000, 152, 16, 4, "", 60192808, 11514},
                                  {"resnet_d", kCifar, 10, 20, 16, 4, "", 272474, 0},
                                  {"resnet_d", kCifar, 10, 18, 16, 4, "imagenet", 11173962, 0},
                                  {"mobilenet_v2", kCifar, 10, 0, 16, 4, "projected", 2296922, 0},
                                  {"c3d_w", kJester, 27, 0, 32, 4, "", 31865115, 48611.603968},
                                  {"shufflenet_3d", kJester, 10, 0, 16, 4, "", 954514, 245.5968},
                                  {"shufflenet", kImageNet, 1000, 0, 16, 4, "", 1865728, 137.46},
                                  {"tiny_cnn", {1, 28, 28}, 10, 0, 16, 4, "", 6274, 0.144608},
                                  {"tiny_cnn", kCifar, 10, 0, 16, 4, "", 6418, 0.203072},
                                  {"resnet_d", kCifar, 10, 20, 16, 4, "a", 269722, 40.55}};
  for (const Golden& golden : table) {
    INFO(golden.name << " depth " << golden.depth << " classes " << golden.classes);
    const Graph graph = build(golden);
    const Cost cost = network_cost(graph, Configuration::full(graph));
    CHECK(cost.parameters == golden.parameters);
    if (golden.mega_macs > 0) CHECK(static_cast<double>(cost.macs) / 1e6 == Approx(golden.mega_macs).epsilon(1e-3));
  }
}

TEST_CASE("the gates of every architecture let its cost grow with the operating point") {
  const std::vector<Golden> table{{"resnext_w", kCifar, 10, 29, 16, 4, "", 0, 0},   {"densenet_w", kCifar, 10, 40, 16, 4, "w", 0, 0},
                                  {"densenet_w", kCifar, 10, 40, 16, 4, "d", 0, 0}, {"densenet_w", kCifar, 10, 40, 16, 4, "dw", 0, 0},
                                  {"mobilenet", kCifar, 10, 0, 16, 4, "", 0, 0},    {"mobilenet_v2", kCifar, 10, 0, 16, 4, "", 0, 0},
                                  {"cnn", kCifar, 10, 0, 16, 4, "s", 0, 0},         {"vgg_w", kCifar, 10, 11, 16, 4, "", 0, 0, {512}},
                                  {"ds_cnn", kCifar, 10, 0, 16, 4, "s", 0, 0},      {"ds_cnn", kCifar, 10, 0, 16, 4, "l", 0, 0},
                                  {"resnet_d", kCifar, 10, 20, 16, 4, "", 0, 0},    {"resnet_d", kImageNet, 10, 34, 16, 4, "", 0, 0},
                                  {"c3d_w", kJester, 27, 0, 32, 4, "", 0, 0}};
  for (const Golden& golden : table) {
    INFO(golden.name << " " << golden.variant);
    const Graph graph = build(golden);
    std::vector<int64_t> macs;
    for (const OperatingPoint& point : make_gating_strategy(graph, {})->operating_points())
      macs.push_back(network_cost(graph, point.configuration).macs);
    CHECK(std::is_sorted(macs.begin(), macs.end()));
    CHECK(macs.front() < macs.back() * 2 / 3);
  }
}

TEST_CASE("what an architecture cannot be is said with what it can be") {
  CHECK_THROWS_WITH(build({"resnext_w", kCifar, 10, 30, 16, 4, "", 0, 0}), ContainsSubstring("9n + 2"));
  CHECK_THROWS_WITH(build({"resnext_w", kImageNet, 10, 29, 16, 4, "", 0, 0}), ContainsSubstring("50 or 101"));
  CHECK_THROWS_WITH(build({"densenet_w", kCifar, 10, 40, 16, 4, "wd", 0, 0}), ContainsSubstring("dw"));
  CHECK_THROWS_WITH(build({"densenet_w", kCifar, 10, 41, 16, 4, "", 0, 0}), ContainsSubstring("6n + 4"));
  CHECK_THROWS_WITH(build({"resnet_d", kCifar, 10, 21, 16, 4, "", 0, 0}), ContainsSubstring("6n + 2"));
  CHECK_THROWS_WITH(build({"resnet_d", kImageNet, 10, 50, 16, 4, "a", 0, 0}), ContainsSubstring("model.variant"));
  CHECK_THROWS_WITH(build({"vgg_w", kCifar, 10, 12, 16, 4, "", 0, 0}), ContainsSubstring("11, 13, 16 or 19"));
  CHECK_THROWS_WITH(build({"ds_cnn", kCifar, 10, 0, 16, 4, "m", 0, 0}), ContainsSubstring("model.variant"));
  CHECK_THROWS_WITH(build({"mobilenet", {32}, 10, 0, 16, 4, "", 0, 0}), ContainsSubstring("model.input"));
}
