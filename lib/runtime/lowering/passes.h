#pragma once

#include "formats/model_description.h"
#include "runtime/plan.h"

namespace tnn {

/// The passes of lowering, in the order in which lower() applies them. Each leaves a plan that computes the same.

/// One step a node, one value a node (value id = node id).
Plan translate(const Graph& graph);

/// Dropout is the identity outside training: its readers read its input.
void remove_dropout(Plan& plan);

/// Batch norm whose only source is a convolution or linear layer that nothing else reads becomes that step's scale and shift. The weights
/// are not touched, so that operating points with statistics of their own share them.
void fold_batch_norm(Plan& plan);

/// The sum of two operands, one of them a weighted step that nothing else reads and that comes after the other, becomes the step's
/// residual.
void fuse_residual(Plan& plan);

/// An activation whose only source is a step with an epilogue (convolution, linear, batch norm, add) that nothing else reads joins it.
void fuse_activation(Plan& plan);

/// A concatenation becomes the list of its parts wherever it is read, a flatten a way of reading: neither is computed.
void read_views(Plan& plan);

/// Steps whose result nobody reads and values that no step writes are dropped; values are numbered anew.
void remove_unread(Plan& plan);

/// What exists and what runs at each operating point.
void specialize(Plan& plan, const Graph& graph, const std::vector<OperatingPoint>& points);

/// All of them.
Plan lower(const ModelDescription& description);

}  // namespace tnn
