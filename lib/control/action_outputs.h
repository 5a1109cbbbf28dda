#pragma once

#include <cstdint>
#include <vector>

namespace tnn {

/// What a frozen classifier says of each sample of a set at each action of a controller: the logits of K operating points.
struct ActionOutputs {
  std::vector<double> utilizations;  ///< K: of the actions, rising
  int64_t classes = 0;
  std::vector<uint32_t> samples;     ///< N: each sample's place in its set
  std::vector<int64_t> labels;       ///< N
  std::vector<float> logits;         ///< [N, K, classes]
  int64_t feature_count = 0;         ///< of one sample, at the first action (ControllerFeatures); 0: none are known
  std::vector<float> features = {};  ///< [N, feature_count]

  int64_t size() const { return static_cast<int64_t>(samples.size()); }
  int64_t actions() const { return static_cast<int64_t>(utilizations.size()); }
  const float* of(int64_t sample, int64_t action) const { return logits.data() + (sample * actions() + action) * classes; }
  /// Whether the most probable class is the sample's own.
  bool is_right(int64_t sample, int64_t action) const;

  bool operator==(const ActionOutputs&) const = default;
};

}  // namespace tnn
