#include "pipelines/settings/settings.h"

namespace tnn {
namespace {

void check_together(const Recipe& r, const ControllerOptions& o) {
  const std::string& model = r.text("controller.model");
  if (looks_at_first_pass(o.input) && model != "mlp" && model != "file")
    throw r.fault("controller.model", "'" + model + "' takes images, but controller.input " + controller_input_name(o.input) +
                                          " gives a vector (allowed: mlp, file; or controller.input pixels)");
  if (o.input != ControllerInput::features && !o.features.empty())
    throw r.fault("controller.features",
                  "names a node to look at, but controller.input is " + controller_input_name(o.input) + " (allowed with it: features)");
  if (model != "file" && !r.text("controller.file").empty())
    throw r.fault("controller.file", "is the graph of controller.model file, but controller.model is '" + model + "'");
  if (r.boolean("controller.batch_norm") && o.batch_size == 1)
    throw r.fault("controller.batch_size", "is 1, but controller.batch_norm needs batches of 2 and more");
}

}  // namespace

ControllerOptions controller_options(const Recipe& r) {
  ControllerOptions o;
  static_cast<LoopSettings&>(o) = loop_settings(r, "controller");
  o.enabled = r.text("controller.method") != "none";
  o.input = controller_input_from_name(r.text("controller.input"));
  o.features = r.text("controller.features");
  o.actions = r.integer("controller.actions");
  o.reward.kind = reward_kind_from_name(r.text("controller.reward"));
  o.reward.gamma1 = r.real("controller.gamma1");
  o.reward.gamma2 = r.real("controller.gamma2");
  o.reward.lambda = r.real("controller.lambda");
  o.reward.mac_ratio = r.text("controller.utilization") == "macs";
  o.variance = reward_variance_from_name(r.text("controller.variance"));
  o.exploitation = exploitation_from_name(r.text("controller.exploitation"));
  o.epsilon = r.real("controller.epsilon");
  o.final_epsilon = r.real("controller.final_epsilon");
  o.entropy = r.real("controller.entropy");
  if (o.enabled) check_together(r, o);
  return o;
}

}  // namespace tnn
