#pragma once

#include "gating/learned.h"
#include "tasks/complexity.h"
#include "tasks/complexity_penalty.h"
#include "training/loop_settings.h"

namespace tnn {

/// How gradients reach the parameters of discrete gates (DTNN 3.2.6).
enum class GateMethod {
  none,
  concrete,  ///< relaxed gates (Eq. 12)
  reinforce  ///< the score function (Eq. 10, 11)
};

/// What is subtracted from the loss of a draw, so that its gradient varies less (Williams 1992).
enum class Baseline {
  none,
  batch,  ///< the mean of the batch's other draws
  sample  ///< the mean of the same image's other draws at the same u
};

/// The recipe's `gates` section as the gate trainer takes it.
struct GateOptions : LoopSettings {
  GateMethod method = GateMethod::none;
  int64_t hidden = 32;
  int64_t points = 16;  ///< the table's utilizations are k / points
  Hardening hardening = Hardening::expected_count;
  int min_active = 1;  ///< of channel gates in the table: gating.min_active
  ComplexityMeasure complexity = ComplexityMeasure::groups;
  PenaltyOptions penalty;
  double lambda = 10;
  double temperature = 0.1;
  Baseline baseline = Baseline::sample;
  int64_t draws = 2;  ///< reinforce: of each image
  double u_min = 0;   ///< exclusive
  int64_t validate_epochs = 1, recalibration_images = 2000, evaluation_batch = 500;
  std::vector<double> validation_u;
};

/// "concrete" or "reinforce"; "none".
GateMethod gate_method_from_name(const std::string& name);
std::string gate_method_name(GateMethod method);
Baseline baseline_from_name(const std::string& name);  ///< "none", "batch" or "sample"

}  // namespace tnn
