#pragma once

#include <vector>

#include "network/parameter_store.h"

namespace tnn {

/// A part of a parameter: rows (dimension 0) and, where it has two and more dimensions, columns (dimension 1).
struct ParameterBlock {
  ChannelRange rows, columns;
};

/// The part of a tensor of the parameter's shape that a block names: a view.
at::Tensor cut(const at::Tensor& tensor, const ParameterBlock& block);

/// What a step at these configurations may have a gradient in: of a weight [out, in, ...] the rows of the open outputs at the columns of
/// the open inputs, of all else the open rows. Everything outside is known to be zero. Of several configurations the union, or a little
/// more; `points`, where they are given, are those of the rows of a parameter that each operating point has for itself.
std::vector<ParameterBlock> open_blocks(const Graph& graph, const ParameterStore::Entry& parameter,
                                        const std::vector<Configuration>& configurations, const std::vector<int>& points);

}  // namespace tnn
