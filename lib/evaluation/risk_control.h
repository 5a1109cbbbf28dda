#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace tnn {

/// What a setting is to guarantee: with probability `confidence` over the calibration samples, its risk is at most `risk`.
struct RiskTarget {
  double risk = 0.01;       ///< in (0, 1): highest probability of a loss
  double confidence = 0.9;  ///< in (0, 1)
};

/// A setting that passed.
struct CertifiedSetting {
  size_t index = 0;    ///< in the sequence
  int64_t losses = 0;  ///< on the calibration samples
  double p_value = 1;  ///< P(Bin(samples, risk) <= losses)
};

/// Learn-then-Test with fixed-sequence testing (Angelopoulos et al. 2021): `losses` of the settings, the safest first, on `samples`
/// exchangeable calibration samples. Walks to the first whose p-value is above 1 - confidence and returns the last before it; none where
/// the safest fails. Which sequence it is must not depend on the samples.
std::optional<CertifiedSetting> last_certified(const std::vector<int64_t>& losses, int64_t samples, const RiskTarget& target);

/// The least number of samples on which a setting without a loss passes: log(1 - confidence) / log(1 - risk), rounded up.
int64_t samples_needed(const RiskTarget& target);

}  // namespace tnn
