#include "evaluation/risk_control.h"

#include <cmath>

#include "evaluation/paired_test.h"

namespace tnn {

std::optional<CertifiedSetting> last_certified(const std::vector<int64_t>& losses, int64_t samples, const RiskTarget& target) {
  std::optional<CertifiedSetting> last;
  for (size_t i = 0; i < losses.size(); ++i) {
    const double p_value = samples > 0 ? binomial_cdf(losses[i], samples, target.risk) : 1;
    if (p_value > 1 - target.confidence) break;
    last = CertifiedSetting{i, losses[i], p_value};
  }
  return last;
}

int64_t samples_needed(const RiskTarget& target) {
  auto needed = static_cast<int64_t>(std::ceil(std::log(1 - target.confidence) / std::log1p(-target.risk)));
  while (needed > 1 && binomial_cdf(0, needed - 1, target.risk) <= 1 - target.confidence) --needed;  // rounding of the logarithms
  while (binomial_cdf(0, needed, target.risk) > 1 - target.confidence) ++needed;
  return needed;
}

}  // namespace tnn
