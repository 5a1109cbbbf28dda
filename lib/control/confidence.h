#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tnn {

/// How sure a classifier's logits are, as a number in [0, 1]: higher is surer.
enum class ConfidenceMeasure {
  max_softmax,  ///< probability of the most probable class
  entropy       ///< 1 - H(softmax) / log(classes)
};
ConfidenceMeasure confidence_measure_from_name(const std::string& name);  ///< "max_softmax" or "entropy"; UsageError lists them
std::string confidence_measure_name(ConfidenceMeasure measure);

/// Index of the largest of `count` logits, the first where several are; where one is not a number, its index.
int64_t top_class(const float* logits, int64_t count);

/// Natural logarithms of the probabilities softmax(logits).
std::vector<double> log_softmax(const float* logits, int64_t count);

/// The confidence of `count` logits; 0 where they are not finite, 1 of a single class.
double confidence(ConfidenceMeasure measure, const float* logits, int64_t count);

}  // namespace tnn
