#pragma once

#include <memory>
#include <vector>

#include "conversion/width_model.h"
#include "export/stored_model.h"

namespace tnn {

/// What a network takes at any widths on this machine: one input, one thread, the runtime's fastest engine. A linear model of it, which a
/// search can ask often, is fitted to measurements at widths that are drawn at random: a constant, and for each layer a time for each of
/// its multiply-accumulates.
class WidthLatency {
 public:
  /// Measures and fits. `least`: of each gate; the network's last operating point is the full one.
  WidthLatency(StoredModel model, const Widths& least, uint64_t seed);

  /// Milliseconds by the model.
  double predict(const Widths& widths) const;
  /// Medians in milliseconds, measured in turn. Interrupted at a request to stop.
  std::vector<double> measure(const std::vector<Widths>& widths) const;
  /// The mean of |prediction / measurement - 1| over the widths that it was fitted to.
  double error() const { return error_; }

 private:
  std::vector<double> terms(const Widths& widths) const;

  StoredModel model_;
  std::vector<double> full_terms_, rates_;
  double error_ = 0;
};

}  // namespace tnn
