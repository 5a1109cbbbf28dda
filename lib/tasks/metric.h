#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace tnn {

/// A figure that a task is measured by, as tables, files and pictures need to know it.
struct Metric {
  std::string name;           ///< in files: "top1"
  std::string title;          ///< for people: "top-1 accuracy"
  std::string short_title;    ///< above a column: "Top-1"
  std::string unit;           ///< "1" where it has none
  std::string description;    ///< one line
  bool fraction = false;      ///< in [0, 1], shown to people in per cent
  std::string interval = {};  ///< whose 95 % interval comes with it: "Wilson"; empty: none

  bool operator==(const Metric&) const = default;
};

/// What a metric came to. NaN where there is no such number.
struct MetricValue {
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  double value = kNone, low = kNone, high = kNone;  ///< low and high: the ends of its 95 % interval
};

/// A running figure of training batches, such as right answers over samples.
struct MetricSum {
  double sum = 0;
  int64_t count = 0;

  void operator+=(const MetricSum& other) { sum += other.sum, count += other.count; }
};

/// The headline metric of the samples of one class.
struct ClassResult {
  double value = MetricValue::kNone;  ///< NaN where the class has no sample
  int64_t correct = 0, count = 0;     ///< right answers (0 where a task does not count them), and samples
};

}  // namespace tnn
