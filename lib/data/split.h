#pragma once

#include <cstdint>
#include <vector>

#include "data/target_set.h"

namespace tnn {

/// Two disjoint, sorted lists of image indices that together are all of them.
struct TrainValidation {
  std::vector<uint32_t> train, validation;
};

/// Splits off a validation part that has the same share of every stratum: round(fraction * n) of a stratum of n samples, and never all of
/// them. `strata`: that of each sample, 0 or more. Depends on strata, fraction and seed alone; each stratum is drawn from its own random
/// stream. fraction in [0, 1), 0: no validation part; else UsageError.
TrainValidation validation_split(const std::vector<int>& strata, double fraction, uint64_t seed);
/// By the strata of the targets: of class labels the classes.
TrainValidation validation_split(const TargetSet& targets, double fraction, uint64_t seed);

}  // namespace tnn
