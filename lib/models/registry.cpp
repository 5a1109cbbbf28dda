#include "models/registry.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/atomic_file.h"
#include "core/error.h"
#include "graph/graph_json.h"
#include "models/c3d_w.h"
#include "models/cnn.h"
#include "models/densenet_w.h"
#include "models/ds_cnn.h"
#include "models/mlp.h"
#include "models/mobilenet.h"
#include "models/mobilenet_v2.h"
#include "models/resnet_d.h"
#include "models/resnext_w.h"
#include "models/shufflenet.h"
#include "models/shufflenet_3d.h"
#include "models/tiny_cnn.h"
#include "models/vgg_w.h"

namespace tnn {
namespace {

Graph graph_from_file(const std::string& file) {
  const std::string text = read_file(file);
  try {
    return graph_from_json(text);
  } catch (const UsageError& error) {
    throw UsageError("'" + file + "': " + error.what());
  }
}

}  // namespace

const std::vector<Architecture>& architectures() {
  static const std::vector<Architecture> table{
      {"vgg_w", "VGG with channel gates, one gate a stage and one a hidden layer (DTNN 4.1)", vgg_w, vgg_pretrained_name},
      {"resnet_d", "ResNet, one branch gate a stage over the blocks that keep their shape", resnet_d, resnet_pretrained_name},
      {"resnext_w", "ResNeXt with one gate a stage over the groups of its grouped convolutions", resnext_w},
      {"densenet_w", "DenseNet-BC with gates over the channels inside its layers, over its layers, or both", densenet_w,
       densenet_pretrained_name},
      {"mobilenet", "MobileNet v1, one channel gate a resolution", mobilenet, mobilenet_pretrained_name},
      {"mobilenet_v2", "MobileNet v2, one channel gate a width", mobilenet_v2, mobilenet_v2_pretrained_name},
      {"cnn", "CNN of keyword spotting, size S or L, one gate a layer", cnn},
      {"ds_cnn", "DS-CNN of keyword spotting, size S or L, one channel gate a layer", ds_cnn},
      {"c3d_w", "C3D for clips, one channel gate a layer (DTNN Table 4 with cardinality 32)", c3d_w, nullptr, true},
      {"shufflenet", "ShuffleNet v1 of 3 groups, without gates", shufflenet, nullptr, true},
      {"shufflenet_3d", "ShuffleNet v1 of 3 groups for clips, without gates (DTNN Table 5)", shufflenet_3d, nullptr, true},
      {"tiny_cnn", "three convolutions of stride 2 without gates, a controller of small images or clips", tiny_cnn, nullptr, true},
      {"mlp", "fully connected layers, one channel gate each", mlp},
      {"file", "any graph, read as JSON from model.file",
       [](const ModelOptions& options) {
         if (options.file.empty()) throw UsageError("model.file is empty: model.name 'file' reads its graph from there");
         return graph_from_file(options.file);
       }},
  };
  return table;
}

const Architecture& find_architecture(const std::string& name) {
  std::vector<std::string> names;
  for (const Architecture& architecture : architectures()) {
    if (architecture.name == name) return architecture;
    names.push_back(architecture.name);
  }
  throw UsageError(unknown_name_message("model", name, names));
}

Graph build_model(const std::string& name, const ModelOptions& options) {
  const Architecture& architecture = find_architecture(name);
  if (options.width_multiplier != 1 && !architecture.scales_width) {
    std::vector<std::string> scaled;
    for (const Architecture& each : architectures())
      if (each.scales_width) scaled.push_back(each.name);
    throw UsageError(
        fmt::format("model.width_multiplier: {} has its own widths (allowed: 1; others for {})", name, fmt::join(scaled, ", ")));
  }
  return architecture.build(options);
}

}  // namespace tnn
