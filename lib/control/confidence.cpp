#include "control/confidence.h"

#include <algorithm>
#include <cmath>

#include "core/name_table.h"

namespace tnn {
namespace {

constexpr NamedValue<ConfidenceMeasure> kMeasures[] = {{"max_softmax", ConfidenceMeasure::max_softmax},
                                                       {"entropy", ConfidenceMeasure::entropy}};

}  // namespace

ConfidenceMeasure confidence_measure_from_name(const std::string& name) { return value_from_name(kMeasures, "confidence measure", name); }
std::string confidence_measure_name(ConfidenceMeasure measure) { return name_of_value(kMeasures, measure); }

int64_t top_class(const float* logits, int64_t count) {
  int64_t top = 0;
  for (int64_t i = 0; i < count; ++i) {
    if (std::isnan(logits[i])) return i;
    if (logits[i] > logits[top]) top = i;
  }
  return top;
}

std::vector<double> log_softmax(const float* logits, int64_t count) {
  std::vector<double> values(logits, logits + count);
  const double highest = *std::max_element(values.begin(), values.end());
  double sum = 0;
  for (const double value : values) sum += std::exp(value - highest);
  for (double& value : values) value -= highest + std::log(sum);
  return values;
}

double confidence(ConfidenceMeasure measure, const float* logits, int64_t count) {
  if (!std::all_of(logits, logits + count, [](float value) { return std::isfinite(value); })) return 0;
  if (count < 2) return 1;
  const std::vector<double> log_p = log_softmax(logits, count);
  if (measure == ConfidenceMeasure::max_softmax) return std::exp(*std::max_element(log_p.begin(), log_p.end()));
  double entropy = 0;
  for (const double value : log_p)
    if (std::isfinite(value)) entropy -= std::exp(value) * value;
  return std::clamp(1 - entropy / std::log(static_cast<double>(count)), 0.0, 1.0);
}

}  // namespace tnn
