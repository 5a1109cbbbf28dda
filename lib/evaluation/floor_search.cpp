#include "evaluation/floor_search.h"

namespace tnn {
namespace {

constexpr int kThresholds = 100;  ///< of a cascade

int64_t losses_of(const Choice& choice, const Choice& full) {
  int64_t losses = 0;
  for (size_t i = 0; i < full.right.size(); ++i) losses += full.right[i] > 0 && choice.right[i] == 0 ? 1 : 0;
  return losses;
}

/// The last setting of a sequence that is certified.
std::optional<CertifiedChoice> last_of(const SettingSequence& sequence, const Choice& full, const RiskTarget& target) {
  const auto samples = static_cast<int64_t>(full.right.size());
  std::vector<Choice> choices;
  std::vector<int64_t> losses;
  for (const Cascade& setting : sequence.settings) {
    choices.push_back(sequence.choice(setting));
    losses.push_back(losses_of(choices.back(), full));
    if (!last_certified({losses.back()}, samples, target)) break;
  }
  const auto passed = last_certified(losses, samples, target);
  if (!passed) return std::nullopt;
  return CertifiedChoice{sequence.settings[passed->index], std::move(choices[passed->index]), *passed};
}

}  // namespace

std::vector<Cascade> fixed_settings(const std::vector<double>& utilizations) {
  std::vector<Cascade> settings;
  for (auto u = utilizations.rbegin(); u != utilizations.rend(); ++u) settings.push_back({ConfidenceMeasure::max_softmax, {{*u, 0}}});
  return settings;
}

std::vector<Cascade> cascade_settings(const std::vector<double>& stages) {
  std::vector<Cascade> settings{{ConfidenceMeasure::max_softmax, {{stages.back(), 0}}}};
  for (int step = 1; step <= kThresholds; ++step) {
    const double threshold = 1 - static_cast<double>(step) / kThresholds;
    Cascade cascade;
    for (const double u : stages) cascade.stages.push_back({u, u == stages.back() ? 0 : threshold});
    settings.push_back(std::move(cascade));
  }
  return settings;
}

RiskTarget shared_target(const RiskTarget& target, size_t sequences) {
  return {target.risk, 1 - (1 - target.confidence) / static_cast<double>(sequences)};
}

std::optional<CertifiedChoice> cheapest_certified(const std::vector<SettingSequence>& sequences, const Choice& full,
                                                  const RiskTarget& target) {
  std::optional<CertifiedChoice> best;
  for (const SettingSequence& sequence : sequences) {
    auto found = last_of(sequence, full, shared_target(target, sequences.size()));
    if (found && (!best || found->choice.mean_macs() < best->choice.mean_macs())) best = std::move(found);
  }
  return best;
}

}  // namespace tnn
