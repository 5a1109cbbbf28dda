#include "core/random_stream.h"

#include <cmath>
#include <numbers>

namespace tnn {
namespace {

constexpr uint64_t kGolden = 0x9E3779B97F4A7C15ull;

uint64_t mix(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
  return x ^ (x >> 31);
}

}  // namespace

uint64_t random_key(uint64_t seed, RandomPurpose purpose, std::initializer_list<uint64_t> indices) {
  uint64_t key = mix(mix(seed + kGolden) + kGolden * static_cast<uint64_t>(purpose));
  for (const uint64_t index : indices) key = mix(key + kGolden) ^ mix(index + 2 * kGolden);
  return mix(key);
}

RandomStream::RandomStream(uint64_t seed, RandomPurpose purpose, std::initializer_list<uint64_t> indices)
    : state_(random_key(seed, purpose, indices)) {}

uint64_t RandomStream::next() { return mix(state_ += kGolden); }

double RandomStream::uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

uint64_t RandomStream::below(uint64_t count) {
  const uint64_t reject_below = (0 - count) % count;
  uint64_t x = next();
  while (x < reject_below) x = next();
  return x % count;
}

double RandomStream::normal() {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
  return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

double RandomStream::gamma(double shape) {
  if (shape < 1.0) return gamma(shape + 1.0) * std::pow(1.0 - uniform(), 1.0 / shape);
  const double d = shape - 1.0 / 3.0, c = 1.0 / std::sqrt(9.0 * d);
  for (;;) {
    const double x = normal(), v = std::pow(1.0 + c * x, 3.0);
    if (v > 0.0 && std::log(1.0 - uniform()) < 0.5 * x * x + d * (1.0 - v + std::log(v))) return d * v;
  }
}

double RandomStream::beta(double a, double b) {
  const double x = gamma(a);
  return x / (x + gamma(b));
}

}  // namespace tnn
