#include "models/registry.h"

#include "core/atomic_file.h"
#include "core/error.h"
#include "graph/graph_json.h"
#include "models/cnn.h"
#include "models/densenet_w.h"
#include "models/ds_cnn.h"
#include "models/mlp.h"
#include "models/mobilenet.h"
#include "models/mobilenet_v2.h"
#include "models/resnet_d.h"
#include "models/resnext_w.h"
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

Graph build_model(const std::string& name, const ModelOptions& options) { return find_architecture(name).build(options); }

}  // namespace tnn
