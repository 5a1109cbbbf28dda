#pragma once

#include <string>

#include "core/table.h"
#include "pipelines/govern_stream.h"

namespace tnn {

/// The trace as CSV: time_s, load, u, latency_ms, deadline_met (1 or 0; empty where the target is no latency), and temperature_c, power_mw,
/// battery where they were read.
std::string trace_csv(const std::vector<StreamRow>& rows, const StreamTarget& target);

/// Latency, u of governor and oracle, and load over time.
std::string trace_picture(const std::vector<StreamRow>& rows, const StreamTarget& target, const std::string& title);

/// One row a policy. `exact`: every digit, for programs.
Table figures_table(const std::vector<StreamFigures>& figures, bool exact);

}  // namespace tnn
