#pragma once

#include <cstring>
#include <vector>

#include "runtime/gpu/program.h"

/// A number that keeps fewer bits of mantissa than a float, as a GPU's 16-bit formats do (of their range nothing is modelled).
template <int kDroppedBits>
class RoundedNumber {
 public:
  RoundedNumber() = default;
  explicit RoundedNumber(float x) {
    uint32_t bits;
    std::memcpy(&bits, &x, sizeof bits);
    bits += (1u << (kDroppedBits - 1)) - 1 + (bits >> kDroppedBits & 1);  // to nearest, halves to even
    bits &= ~0u << kDroppedBits;
    std::memcpy(&value_, &bits, sizeof bits);
  }
  explicit operator float() const { return value_; }

 private:
  float value_ = 0;
};
using EmulatedHalf = RoundedNumber<13>;
using EmulatedBfloat16 = RoundedNumber<16>;

/// Runs a GPU program on the CPU, one element after the other, by the functions that the GPU's threads run: packing, tables, memory plan
/// and kernels are tested without a GPU; what is left to a GPU are the libraries' products and convolutions, which must do what product()
/// does. Number: how numbers are stored (float, EmulatedHalf, EmulatedBfloat16).
template <typename Number>
class EmulatedGpu {
 public:
  EmulatedGpu(const tnn::LoweredModel& model, int64_t batch_limit);
  /// Each output at full width.
  std::vector<std::vector<float>> run(const std::vector<float>& input, int64_t batch, size_t point);

 private:
  tnn::gpu::PackedWeights packed_;
  std::vector<Number> weights_, arena_;
  tnn::gpu::Program program_;
};
