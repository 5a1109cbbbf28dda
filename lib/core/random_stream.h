#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

namespace tnn {

/// What a random stream is for; one number per purpose, so that streams of one seed never meet.
enum class RandomPurpose : uint64_t {
  shuffle = 1,
  augmentation,
  utilization,
  gating,
  initialization,
  dropout,
  validation_split,
  calibration,
  other,
  exploration,
  region_sampling
};

/// Reproducible random numbers addressed by (seed, purpose, indices): the numbers of one sample or step do not depend on what was drawn
/// before, on the number of threads, or on where a run was resumed. SplitMix64 over a hashed key; not for cryptography.
class RandomStream {
 public:
  explicit RandomStream(uint64_t seed, RandomPurpose purpose = RandomPurpose::other, std::initializer_list<uint64_t> indices = {});

  uint64_t next();
  /// Uniform in [0, 1), 53 bits.
  double uniform();
  /// Uniform in (low, high]: the range of utilization priors.
  double uniform_above(double low, double high) { return high - (high - low) * uniform(); }
  /// Uniform integer in [0, count), without bias; count >= 1.
  uint64_t below(uint64_t count);
  double normal();
  /// Gamma(shape, 1), shape > 0 (Marsaglia and Tsang 2000).
  double gamma(double shape);
  /// Beta(a, b), a and b > 0.
  double beta(double a, double b);
  bool bernoulli(double probability) { return uniform() < probability; }

  /// Fisher-Yates.
  template <typename T>
  void shuffle(std::vector<T>& values) {
    for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[below(i)]);
  }

 private:
  uint64_t state_;
};

/// The key that RandomStream starts from, as one number (to seed another library's generator).
uint64_t random_key(uint64_t seed, RandomPurpose purpose, std::initializer_list<uint64_t> indices);

}  // namespace tnn
