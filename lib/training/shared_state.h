#pragma once

#include <vector>

#include "distributed/agreement.h"
#include "network/network.h"

namespace tnn {

std::vector<at::Tensor> tensors_of(const std::vector<ParameterStore::Entry>& entries);
/// The running statistics that a network's training passes follow: of every batch norm, or of its operating points where it is switchable.
std::vector<at::Tensor> statistics_of(const Network& network);

/// Rank 0's numbers for all.
void share_tensors(const SharedGroup& group, const std::vector<at::Tensor>& tensors);
/// All of a network, from rank 0.
void share_network(const SharedGroup& group, const Network& network);

}  // namespace tnn
