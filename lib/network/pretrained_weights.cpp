#include "network/pretrained_weights.h"

#include <c10/core/GradMode.h>

#include "network/model_file.h"

namespace tnn {
namespace {

/// "bn.point_mean" to "bn.running_mean".
std::string shared_name(const std::string& name, const std::string& node, ParameterRole role) {
  if (name.compare(node.size(), 7, ".point_") != 0) return name;
  switch (role) {
    case ParameterRole::scale:
      return node + ".weight";
    case ParameterRole::shift:
      return node + ".bias";
    case ParameterRole::running_mean:
      return node + ".running_mean";
    default:
      return node + ".running_var";
  }
}

}  // namespace

void load_pretrained(const PretrainedTensors& trained, Network& network) {
  c10::NoGradGuard no_grad;
  for (const auto& entry : network.parameters().entries()) {
    const auto found = trained.by_name.find(shared_name(entry.name, network.graph().node(entry.node).name, entry.role));
    if (found != trained.by_name.end()) entry.tensor.copy_(read_tensor(found->second).expand_as(entry.tensor));
  }
}

}  // namespace tnn
