#include "training/shared_state.h"

namespace tnn {

std::vector<at::Tensor> tensors_of(const std::vector<ParameterStore::Entry>& entries) {
  std::vector<at::Tensor> tensors;
  for (const auto& entry : entries) tensors.push_back(entry.tensor.detach());
  return tensors;
}

std::vector<at::Tensor> statistics_of(const Network& network) {
  const bool switchable = network.description().batch_norm == BatchNormMode::switchable;
  std::vector<at::Tensor> statistics;
  for (const auto& entry : network.parameters().entries())
    if (is_statistic(entry.role) && (!entry.per_point || switchable)) statistics.push_back(entry.tensor.detach());
  return statistics;
}

void share_tensors(const SharedGroup& group, const std::vector<at::Tensor>& tensors) {
  if (!group) return;
  for (const at::Tensor& tensor : tensors) group->broadcast(tensor);
}

void share_network(const SharedGroup& group, const Network& network) { share_tensors(group, tensors_of(network.parameters().entries())); }

}  // namespace tnn
