#pragma once

#include <cstdint>
#include <vector>

namespace tnn {

/// Two disjoint, sorted lists of image indices that together are all of them.
struct TrainValidation {
  std::vector<uint32_t> train, validation;
};

/// Splits off a validation part that has the same share of every class (stratified): round(fraction * n) of a class of n images, and never
/// all of them. Depends on labels, fraction and seed alone; each class is drawn from its own random stream.
/// fraction in [0, 1), 0: no validation part; else UsageError. Labels are not negative.
TrainValidation validation_split(const std::vector<int>& labels, double fraction, uint64_t seed);

}  // namespace tnn
