#include "training/kept_slice.h"

#include <c10/core/GradMode.h>

namespace tnn {

KeptSlice::KeptSlice(const Network& network, int point) : point_(point) {
  const Graph& graph = network.graph();
  const Configuration& configuration = network.description().points[static_cast<size_t>(point)].configuration;
  for (const ParameterStore::Entry& entry : network.parameters().trainable()) {
    if (!branches_active(graph.node(entry.node).branches, configuration)) continue;
    if (entry.per_point)  // rows of this and smaller points; no step at a larger one reads them
      keep(entry.tensor, {{{0, point + 1}, {0, entry.tensor.size(1)}}});
    else
      keep(entry.tensor, open_blocks(graph, entry, {configuration}, {}));
  }
}

void KeptSlice::keep(const at::Tensor& parameter, const std::vector<ParameterBlock>& blocks) {
  for (const ParameterBlock& block : blocks) blocks_.push_back({parameter, block, cut(parameter.detach(), block).clone()});
}

void KeptSlice::clear_gradients() const {
  const c10::NoGradGuard no_grad;
  for (const Block& block : blocks_)
    if (block.parameter.grad().defined()) cut(block.parameter.grad(), block.place).zero_();
}

void KeptSlice::restore() const {
  const c10::NoGradGuard no_grad;
  for (const Block& block : blocks_) cut(block.parameter.detach(), block.place).copy_(block.values);
}

}  // namespace tnn
