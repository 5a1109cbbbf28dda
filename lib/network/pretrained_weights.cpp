#include "network/pretrained_weights.h"

#include <c10/core/GradMode.h>

#include "network/model_file.h"

namespace tnn {
void load_pretrained(const PretrainedTensors& trained, Network& network) {
  c10::NoGradGuard no_grad;
  for (const auto& entry : network.parameters().entries()) {
    const auto found = trained.by_name.find(parameter_name(network.graph().node(entry.node).name, entry.role));
    if (found != trained.by_name.end()) entry.tensor.copy_(read_tensor(found->second, trained.path).expand_as(entry.tensor));
  }
}

}  // namespace tnn
