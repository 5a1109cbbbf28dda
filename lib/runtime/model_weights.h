#pragma once

#include <memory>
#include <vector>

#include "formats/stored_tensors.h"

namespace tnn {

/// Batch-norm parameters of one node at one operating point, C numbers each.
struct BatchNormView {
  const float *scale = nullptr, *shift = nullptr, *mean = nullptr, *variance = nullptr;
};

/// The numbers of a model file by node, checked, as 32-bit floats (see StoredTensors).
class ModelWeights {
 public:
  /// DataError as StoredTensors.
  ModelWeights(std::shared_ptr<const SafetensorsFile> file, const ModelDescription& description);

  /// Convolution [out, in / groups, kernel...], linear [out, in], layer norm's gain [channels]; row-major.
  const float* weight(NodeId node) const { return nodes_[static_cast<size_t>(node)].weight; }
  /// nullptr where the node has none.
  const float* bias(NodeId node) const { return nodes_[static_cast<size_t>(node)].bias; }
  BatchNormView batch_norm(NodeId node, int point) const;
  /// Of all tensors as they lie in the file.
  int64_t stored_bytes() const { return tensors_.stored_bytes(); }
  int64_t stored_numbers() const { return tensors_.stored_numbers(); }

 private:
  struct Statistic {
    const float* shared = nullptr;
    const float* per_point = nullptr;
    int64_t channels = 0;
    const float* at(int point) const { return per_point ? per_point + point * channels : shared; }
  };
  struct NodeWeights {
    const float *weight = nullptr, *bias = nullptr;
    Statistic scale, shift, mean, variance;
  };
  void store(const ModelTensor& tensor, const float* data);

  std::shared_ptr<const SafetensorsFile> file_;
  StoredTensors tensors_;
  std::vector<NodeWeights> nodes_;
};

}  // namespace tnn
