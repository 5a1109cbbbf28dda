#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/progress.h"
#include "core/table.h"
#include "evaluation/compare_controllers.h"
#include "pipelines/named_model.h"
#include "training/width_losses.h"

namespace tnn {

/// What `tnn search` was asked for.
struct WidthSearchOptions {
  NamedModel model;
  std::filesystem::path out;
  std::string budget;  ///< see WidthBudgets
  WidthSamples samples;
  int64_t recalibration_images = 2000;  ///< that the batch-norm statistics of the chosen widths are measured on
  bool test = false;                    ///< compare with uniform widths on the test set, which is read once
};

/// The costs that operating points are searched for: "macs=0.25,0.5" (shares of the full network's multiply-accumulates, in (0, 1)),
/// "u=0.25,0.5" (the multiply-accumulates that the model itself has at these utilizations), or "latency_ms=1,2" (of one input on this
/// machine).
struct WidthBudgets {
  struct Budget {
    double u = 1;      ///< of the operating point that it becomes; of a latency its share of the full network's
    double limit = 0;  ///< multiply-accumulates, or milliseconds
  };
  bool of_latency = false;
  std::vector<Budget> budgets;  ///< by rising u
};
/// `full_latency_ms`: asked where latencies are limited. UsageError where the text names something else.
WidthBudgets parse_budgets(const std::string& text, const ModelDescription& description, const std::function<double()>& full_latency_ms);

/// Widths of one cost, and how a classifier does with them on the validation samples.
struct JudgedWidths {
  std::vector<int> groups;  ///< open ones of each gate
  int64_t macs = 0;
  double top1 = 0;
  double latency_ms = -1;  ///< median of one input, measured in turn with the others; -1: not measured
};
struct SearchedPoint {
  double u = 1;
  JudgedWidths searched;
  std::optional<JudgedWidths> uniform;            ///< the model's own operating point that costs as much or less, with its own statistics
  bool keeps_uniform = false;                     ///< on the validation samples nothing better was found
  std::optional<ChoiceComparison> test = {};      ///< what is kept less the uniform point, on the test samples
  double test_top1 = -1, test_uniform_top1 = -1;  ///< -1: not measured

  const JudgedWidths& kept() const { return keeps_uniform ? *uniform : searched; }
};
struct WidthSearchResult {
  std::vector<SearchedPoint> points;  ///< by rising budget
  std::vector<std::string> gates;
  std::vector<int> widths;                   ///< groups of each
  double full_top1 = 0;                      ///< of the full network on the validation samples
  int64_t measured = 0;                      ///< different widths whose loss was measured
  int64_t validation = 0;                    ///< samples that `top1` is of
  std::optional<double> latency_error = {};  ///< of the model of latencies that was searched by (WidthLatency::error)
};

/// Chooses the width of each gate of a trained throttleable classifier for each budget by its loss on held-out samples (see
/// MeasuredSearch), and writes the model with these operating points and the full network, each with batch-norm statistics of its own. u
/// stays the only control. Where uniform widths of that cost do better on the validation samples they are kept. UsageError for a network
/// that cannot be searched, or whose recipe held no sample out.
WidthSearchResult search_widths(const WidthSearchOptions& options, Progress& progress);

Table width_search_table(const WidthSearchResult& result, bool for_programs);

}  // namespace tnn
