#pragma once

#include "export/stored_model.h"

namespace tnn {

/// The physically small network of one operating point: a graph without gates whose channel spaces are as wide as the point's active
/// channels, without the nodes of closed branches, and the weights cut on input and output side. Batch norm takes the point's statistics
/// (and scale and shift where it is switchable). Nodes and tensors keep their names. Any set of active groups can be cut, a prefix or not.
/// Outputs keep their full width: channels that the point closes are 0 (a channel pad).
/// UsageError where a layer would be left without input channels, or an output has closed channels between active ones, which a graph
/// cannot say.
StoredModel cut_model(const StoredModel& model, int point);

}  // namespace tnn
