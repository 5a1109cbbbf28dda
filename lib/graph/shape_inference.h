#pragma once

#include <string>
#include <vector>

#include "graph/graph.h"

namespace tnn {

/// Fills a window for `dimensions` spatial dimensions (one entry counts for all) and checks its ranges; UsageError names the node.
Window complete_window(const std::string& node, Window window, size_t dimensions, bool stride_is_kernel);

/// Output extent of a sliding window: floor((n + 2p - d(k-1) - 1) / s) + 1; with ceil_mode ceil, without windows that start in the right
/// padding (LibTorch's rule).
std::vector<int64_t> window_extent(const std::string& node, const std::vector<int64_t>& extent, const Window& window, bool ceil_mode);

/// A convolution's groups against its input and output spaces: they divide both, and where the input is gated the output shares the gate
/// and whole convolution groups open together.
void check_convolution_groups(const Graph& graph, const std::string& node, const TensorShape& input, SpaceId output, int64_t groups);

/// The shape of a sum: operands over the same spaces; operands may lie in further branches than the one that is always there.
TensorShape sum_shape(const Graph& graph, const std::string& node, const std::vector<const TensorShape*>& operands);

/// Operands side by side; extents equal.
TensorShape concat_shape(const Graph& graph, const std::string& node, const std::vector<const TensorShape*>& operands);

}  // namespace tnn
