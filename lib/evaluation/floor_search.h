#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "evaluation/choice.h"
#include "evaluation/risk_control.h"

namespace tnn {

/// Settings from the safest to the cheapest, and what one of them does with the calibration samples.
struct SettingSequence {
  std::vector<Cascade> settings;
  std::function<Choice(const Cascade&)> choice;
};

/// One fixed u after another, the largest first. `utilizations`: rising.
std::vector<Cascade> fixed_settings(const std::vector<double>& utilizations);
/// The last stage alone, then one threshold of max softmax after another for all stages but the last: 0.99, 0.98, ... 0.
std::vector<Cascade> cascade_settings(const std::vector<double>& stages);

/// A setting that was certified.
struct CertifiedChoice {
  Cascade setting;
  Choice choice;
  CertifiedSetting certified;
};

/// The target at which each of several sequences is tested, so that all of them together keep it (Bonferroni).
RiskTarget shared_target(const RiskTarget& target, size_t sequences);

/// The certified setting of the lowest mean MACs (see last_certified): a sample's loss is 1 where `full` is right and the setting is wrong.
/// None where not even the safest setting of a sequence passes.
std::optional<CertifiedChoice> cheapest_certified(const std::vector<SettingSequence>& sequences, const Choice& full,
                                                  const RiskTarget& target);

}  // namespace tnn
