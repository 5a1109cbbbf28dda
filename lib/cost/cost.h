#pragma once

#include <cstdint>
#include <vector>

#include "gating/configuration.h"

namespace tnn {

/// What one configuration of a network costs, for one input.
struct Cost {
  int64_t parameters = 0;  ///< active trainable numbers (running statistics are not counted)
  int64_t macs = 0;        ///< multiply-accumulates of convolutions and linear layers
  int64_t flops = 0;  ///< DTNN A.1: 2 x active kernels x kernel shape x output shape; linear 2 x in x out; pooling 2 x channels x output
                      ///< size; layer norm 5 x channels x positions; batch norm 0, for it folds into the layer before it
  int64_t activation_bytes =
      0;  ///< peak of what must be held at once, fp32, with element-wise steps in place and concatenations not copied
};

/// Which sides of a weighted layer shrink with the gates.
enum class Slicing {
  both,        ///< input and output channels: what sliced and packed execution really do
  output_only  ///< DTNN Algorithm 2: outputs are sliced and padded with zeros, so the next layer still reads every input
};

struct NodeCost {
  int64_t parameters = 0, macs = 0, flops = 0;
};

/// Cost of one node; zero while a branch it lies in is closed.
NodeCost node_cost(const Graph& graph, const Node& node, const Configuration& configuration, Slicing slicing = Slicing::both);

/// Cost of a whole configuration.
Cost network_cost(const Graph& graph, const Configuration& configuration, Slicing slicing = Slicing::both);

/// Peak bytes of activations alone (fp32, one input).
int64_t peak_activation_bytes(const Graph& graph, const Configuration& configuration);

}  // namespace tnn
