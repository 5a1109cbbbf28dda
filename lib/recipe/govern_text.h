#pragma once

#include <optional>
#include <string>
#include <vector>

namespace tnn {

/// Of deadlines: the share of inferences that is to meet them.
inline constexpr double kDeadlineQuantile = 0.99;

/// What a governor is asked for in one line, as `tnn run --govern` takes it: "latency_ms=5,quantile=0.95".
struct GovernText {
  enum class Kind { fixed, rules, latency, deadline, power, temperature };
  Kind kind = Kind::fixed;
  double value = 1;                     ///< u, milliseconds, milliwatts, degrees Celsius
  std::string file;                     ///< of rules
  double quantile = 0.9;                ///< of latency_ms; of deadline_ms 0.99
  std::optional<double> accuracy = {};  ///< least accuracy of an operating point on validation samples, a fraction
  bool certified_floor = true;          ///< whether the model's certified floor counts where there is one
};

/// Reads pairs "key=value": one of latency_ms, deadline_ms, power_mw, temperature_c, fixed, rules; then quantile (with latency_ms),
/// accuracy and floor (certified or none), each at most once. UsageError "--govern pair: ..." says what is wrong and what is allowed.
GovernText read_govern_text(const std::vector<std::string>& pairs);

}  // namespace tnn
