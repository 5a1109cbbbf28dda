#pragma once

#include <string>

#include "report/utilization_curve.h"

namespace tnn {

/// A curve as an HDF5 file's bytes, self-describing; every dataset has the attributes `unit` and `description`:
/// - /u, /top1, ... [points]: the columns of curve_columns(); a latency only if measured
/// - /class_accuracy, /class_correct, /class_count [points, classes], with /class_names [classes]
/// - /gate_groups (patterns such as "1100"), /gate_share [points, gates], with /gate_names [gates]
/// - /epochs/epoch, /epochs/training_loss, ... [epochs]
/// - where there are controllers: /controllers/name and the columns of controller_columns() [controllers], /controllers/share
///   [controllers, actions], with /controllers/actions [actions]
/// Attributes of the file: name, dataset, model, command, version, machine, date, recipe. NaN: not measured.
std::string curve_hdf5(const UtilizationCurve& curve);

}  // namespace tnn
