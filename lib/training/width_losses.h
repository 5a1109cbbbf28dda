#pragma once

#include <memory>
#include <vector>

#include "conversion/width_model.h"
#include "core/progress.h"
#include "network/network.h"
#include "tasks/task.h"
#include "training/training_data.h"

namespace tnn {

/// How many samples widths are judged on.
struct WidthSamples {
  int64_t validation = 2000;  ///< that the loss is measured on
  int64_t statistics = 256;   ///< of the training part, that batch-norm statistics of each choice are measured on
};

/// Measures the mean loss of a network at any widths (the first groups of each gate) on the same held-out samples, which are drawn by seed
/// and kept decoded. Batch norm gets statistics of these widths, from the same training samples each time, never those of others.
class WidthLosses {
 public:
  /// `network`: a copy of its own, whose first operating point's statistics are overwritten. Batch norm is shared or recalibrated.
  WidthLosses(Network network, const Task& task, const TrainingData& data, const WidthSamples& samples, uint64_t seed);
  ~WidthLosses();
  WidthLosses(WidthLosses&&) noexcept;

  /// Interrupted at a request to stop.
  std::vector<double> measure(const std::vector<Widths>& widths);

 private:
  struct Samples;
  Network network_;
  const Task& task_;
  std::unique_ptr<Samples> samples_;
};

}  // namespace tnn
