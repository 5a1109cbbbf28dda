#include "report/quantity.h"

#include <fmt/format.h>

#include <cctype>
#include <cmath>

namespace tnn {
namespace {
const std::string kNotANumber = "n/a";
}

std::string percent_text(double fraction) { return std::isfinite(fraction) ? fmt::format("{:.2f} %", 100 * fraction) : kNotANumber; }

std::string percent_interval_text(double low, double high) {
  return std::isfinite(low) && std::isfinite(high) ? fmt::format("{:.2f}–{:.2f}", 100 * low, 100 * high) : kNotANumber;
}

std::string metric_text(const Metric& metric, const MetricValue& value) {
  return metric.fraction ? percent_text(value.value) : rounded_text(value.value);
}

std::string interval_text(const Metric& metric, const MetricValue& value) {
  return metric.fraction ? percent_interval_text(value.low, value.high)
                         : fmt::format("{}–{}", rounded_text(value.low), rounded_text(value.high));
}

std::string capitalised(std::string text) {
  if (!text.empty()) text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
  return text;
}

std::string rounded_text(double value) {
  if (!std::isfinite(value)) return kNotANumber;
  return std::abs(value) >= 1e4 && std::abs(value) < 1e9 ? fmt::format("{:.0f}", value) : fmt::format("{:.4g}", value);
}

std::string fixed_text(double value, int decimals) { return std::isfinite(value) ? fmt::format("{:.{}f}", value, decimals) : kNotANumber; }

std::string quantity_text(double value) {
  if (!std::isfinite(value)) return kNotANumber;
  const Prefix prefix = prefix_for(std::abs(value));
  const double scaled = value / prefix.factor;
  const int decimals = std::abs(scaled) >= 100 || (prefix.factor == 1 && scaled == std::round(scaled)) ? 0 : std::abs(scaled) >= 10 ? 1 : 2;
  return fmt::format("{:.{}f}{}{}", scaled, decimals, *prefix.symbol ? " " : "", prefix.symbol);
}

std::string count_text(int64_t value) {
  const std::string digits = std::to_string(value);
  std::string text;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0 && text != "-") text += ',';
    text += digits[i];
  }
  return text;
}

Prefix prefix_for(double largest) {
  if (largest >= 1e12) return {"T", 1e12};
  if (largest >= 1e9) return {"G", 1e9};
  if (largest >= 1e6) return {"M", 1e6};
  if (largest >= 1e3) return {"k", 1e3};
  return {"", 1};
}

}  // namespace tnn
