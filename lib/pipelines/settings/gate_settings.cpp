#include "pipelines/settings/settings.h"

namespace tnn {
namespace {

void check_together(const Recipe& r, const GateOptions& o) {
  std::string faults;
  const auto fault = [&](const std::string& path, const std::string& message) {
    faults += (faults.empty() ? "" : "\n") + std::string(r.fault(path, message).what());
  };
  if (o.method == GateMethod::none) return;
  if (o.method == GateMethod::reinforce && o.baseline == Baseline::sample && o.draws < 2)
    fault("gates.draws", "is 1, but gates.baseline 'sample' compares two draws of an image or more");
  if (o.method == GateMethod::reinforce && o.baseline == Baseline::batch && o.draws * o.batch_size < 2)
    fault("gates.batch_size", "is 1, but gates.baseline 'batch' compares the draws of a batch");
  if (r.text("training.batch_norm") == "switchable")
    fault("training.batch_norm",
          "'switchable' has no parameters for the operating points of learned gates (allowed: shared, recalibrated)");
  if (!faults.empty()) throw UsageError(faults);
}

}  // namespace

GateOptions gate_options(const Recipe& r) {
  GateOptions o;
  static_cast<LoopSettings&>(o) = loop_settings(r, "gates");
  o.method = gate_method_from_name(r.text("gates.method"));
  o.hidden = r.integer("gates.hidden");
  o.points = r.integer("gates.points");
  o.hardening = hardening_from_name(r.text("gates.hardening"));
  o.min_active = static_cast<int>(r.integer("gating.min_active"));
  o.complexity = complexity_measure_from_name(r.text("gates.complexity"));
  o.penalty = {penalty_from_name(r.text("gates.penalty")), static_cast<int>(r.integer("gates.penalty_power"))};
  o.lambda = r.real("gates.lambda");
  o.temperature = r.real("gates.temperature");
  o.baseline = baseline_from_name(r.text("gates.baseline"));
  o.draws = o.method == GateMethod::reinforce ? r.integer("gates.draws") : 1;
  o.u_min = r.real("gates.u_min");
  o.validate_epochs = r.integer("training.validate_epochs");
  o.recalibration_images = r.integer("training.recalibration_images");
  o.validation_u = r.reals("training.validation_u");
  check_together(r, o);
  return o;
}

}  // namespace tnn
