#pragma once

#include <vector>

#include "conversion/width_model.h"
#include "export/stored_model.h"

namespace tnn {

/// The first groups of each gate.
Configuration first_groups(const Graph& graph, const Widths& widths);

/// Gives a model a table of operating points in place of its own; the last one is the full network, as the model's last one is. Batch norm
/// then has statistics for each: the full network's are known (of `shared` ones, which are taken for its), those of the other points are 0
/// and 1 until they are measured. Returns the points to be measured; none without batch norm. UsageError for switchable batch norm, whose
/// scale and shift belong to the points that were trained.
std::vector<int> set_points(StoredModel& model, std::vector<OperatingPoint> points);

}  // namespace tnn
