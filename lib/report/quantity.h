#pragma once

#include <cstdint>
#include <string>

#include "tasks/metric.h"

namespace tnn {

/// Numbers as a reader likes them; "n/a" for what is not a number.

/// 0.91234 -> "91.23 %".
std::string percent_text(double fraction);
/// (0.9062, 0.9178) -> "90.62–91.78".
std::string percent_interval_text(double low, double high);
/// A metric's value: in per cent where it is a fraction, else with four significant digits.
std::string metric_text(const Metric& metric, const MetricValue& value);
/// Its interval, likewise, without a unit: "90.62–91.78".
std::string interval_text(const Metric& metric, const MetricValue& value);
/// "top-1 accuracy" -> "Top-1 accuracy".
std::string capitalised(std::string text);
/// Four significant digits, trailing zeros dropped: 0.0625 -> "0.0625", 0.333333 -> "0.3333".
std::string rounded_text(double value);
/// A fixed number of decimals.
std::string fixed_text(double value, int decimals);
/// Three significant digits and an SI prefix: 12'345'678 -> "12.3 M".
std::string quantity_text(double value);
/// 10000 -> "10,000".
std::string count_text(int64_t value);

/// The SI prefix under which `largest` reads best, and its factor: 2.5e9 -> {"G", 1e9}.
struct Prefix {
  const char* symbol;
  double factor;
};
Prefix prefix_for(double largest);

}  // namespace tnn
