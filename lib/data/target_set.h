#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "data/batch.h"

namespace tnn {

class IdentityDigest;

/// What the samples of a data set should give: the one place that knows what a target is until a batch reaches its task. Samples are
/// numbered as in the set of inputs; nothing changes once it is made, so all is safe from several threads.
class TargetSet {
 public:
  TargetSet() = default;
  virtual ~TargetSet() = default;
  TargetSet(const TargetSet&) = delete;
  TargetSet& operator=(const TargetSet&) = delete;

  /// How many samples.
  virtual int64_t size() const = 0;
  /// What the classes are called that targets have numbers of; empty where there are none.
  virtual const std::vector<std::string>& class_names() const = 0;
  /// The stratum of a sample, 0 or more: splits keep the share of each. Its class, where it has one.
  virtual int stratum(size_t sample) const = 0;
  /// Adds all targets, sample by sample, to the identity of a set: other targets, another digest.
  virtual void identify(IdentityDigest& digest) const = 0;
  /// Fills batch.targets for the samples batch.indices, whose images became what batch.geometry says. The arrays may hold those of another
  /// batch.
  virtual void write(Batch& batch) const = 0;
};

}  // namespace tnn
