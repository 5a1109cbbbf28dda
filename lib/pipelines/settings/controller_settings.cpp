#include "pipelines/settings/settings.h"

namespace tnn {

ControllerOptions controller_options(const Recipe& r) {
  ControllerOptions o;
  static_cast<LoopSettings&>(o) = loop_settings(r, "controller");
  o.enabled = r.text("controller.method") != "none";
  o.input = controller_input_from_name(r.text("controller.input"));
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
  return o;
}

}  // namespace tnn
