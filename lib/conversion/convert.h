#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "conversion/unit_importance.h"

namespace tnn {

/// What a conversion is asked for.
struct ConversionOptions {
  std::vector<double> budgets;              ///< shares of the full network's MACs, in (0, 1)
  std::optional<int64_t> activation_bytes;  ///< most that the narrower points may hold in memory at once
  bool bottom_up = true;                    ///< the smallest budget is solved first, and what it opens stays open; else the largest first
  int64_t group_units = 1, least_units = 2;
};

/// One operating point of a converted model.
struct ConvertedPoint {
  double budget = 1;
  int64_t macs = 0, activation_bytes = 0;
  double macs_share = 1;          ///< of the full network's
  double importance_share = 1;    ///< of the importance of all units
  std::vector<int64_t> channels;  ///< open ones of each gate's space (its first, where it has several)
  double seconds = 0;             ///< to solve it
  int solved = 0;                 ///< integer programs
};

struct ConvertedModel {
  StoredModel model;
  std::vector<ConvertedPoint> points;  ///< by rising budget, the last of them the full network; equal ones are one operating point
  /// Operating points whose batch-norm statistics are still to be measured: the file holds 0 and 1 for them. Empty without batch norm.
  std::vector<int> unmeasured;
};

/// The network of a model at u = 1, without gates.
StoredModel full_network(const StoredModel& model);

/// Turns a network without gates into a throttleable one (REDS, 2024): units of its layers are put in the order of their importance, each
/// layer's channels get a gate, and each budget an operating point whose widths a knapsack chooses, each containing the smaller ones.
/// u = the budget. At u = 1 it computes what `network` does. UsageError where a budget cannot be met; says which could.
ConvertedModel convert_network(const StoredModel& network, const WeightScores& scores, const ConversionOptions& options);

}  // namespace tnn
