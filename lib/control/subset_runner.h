#pragma once

#include <cstdint>
#include <vector>

#include "runtime/throttled_network.h"

namespace tnn {

/// Computes parts of a batch at different operating points: inputs are copied together, outputs back to their places. Allocates nothing
/// while running.
class SubsetRunner {
 public:
  SubsetRunner(const ThrottledNetwork& network, int64_t batch_limit);

  /// Computes the inputs of `batch` whose places are `places` at a point, and writes their outputs to those places of `outputs`.
  void run(int point, const std::vector<int64_t>& places, const float* batch, OutputPointers outputs);
  /// The first output of the input that came as number `i` in the last run().
  const float* first_output(size_t i) const { return output(0, i); }
  const float* output(size_t o, size_t i) const { return outputs_[o].data() + static_cast<int64_t>(i) * sizes_[o]; }
  int64_t input_size() const { return input_size_; }
  /// Numbers in the first output of one input.
  int64_t output_size() const { return sizes_.front(); }

 private:
  InferenceContext context_;
  int64_t input_size_ = 1;
  std::vector<int64_t> sizes_;               ///< numbers in each output of one input
  std::vector<float> inputs_;                ///< [batch_limit, input_size]
  std::vector<std::vector<float>> outputs_;  ///< each [batch_limit, size]
  std::vector<float*> pointers_;
};

}  // namespace tnn
