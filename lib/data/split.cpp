#include "data/split.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/error.h"
#include "core/random_stream.h"

namespace tnn {

TrainValidation validation_split(const std::vector<int>& strata, double fraction, uint64_t seed) {
  if (!(fraction >= 0 && fraction < 1)) throw UsageError(fmt::format("validation fraction {}: allowed from 0 to below 1", fraction));
  std::map<int, std::vector<uint32_t>> members;
  for (size_t i = 0; i < strata.size(); ++i) members[strata[i]].push_back(static_cast<uint32_t>(i));
  TrainValidation split;
  for (auto& [stratum, indices] : members) {
    RandomStream(seed, RandomPurpose::validation_split, {static_cast<uint64_t>(stratum)}).shuffle(indices);
    const auto share = static_cast<size_t>(std::llround(fraction * static_cast<double>(indices.size())));
    const auto middle = indices.begin() + static_cast<std::ptrdiff_t>(std::min(share, indices.size() - 1));
    split.validation.insert(split.validation.end(), indices.begin(), middle);
    split.train.insert(split.train.end(), middle, indices.end());
  }
  std::sort(split.train.begin(), split.train.end());
  std::sort(split.validation.begin(), split.validation.end());
  return split;
}

TrainValidation validation_split(const TargetSet& targets, double fraction, uint64_t seed) {
  std::vector<int> strata(static_cast<size_t>(targets.size()));
  for (size_t i = 0; i < strata.size(); ++i) strata[i] = targets.stratum(i);
  return validation_split(strata, fraction, seed);
}

}  // namespace tnn
