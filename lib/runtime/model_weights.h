#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "formats/model_description.h"
#include "formats/model_tensors.h"

namespace tnn {

/// Batch-norm parameters of one node at one operating point, C numbers each.
struct BatchNormView {
  const float *scale = nullptr, *shift = nullptr, *mean = nullptr, *variance = nullptr;
};

/// The numbers of a model file, checked, as 32-bit floats: read in place from the memory map where they are stored so, else converted once.
class ModelWeights {
 public:
  /// DataError where a tensor is missing, has another shape than the graph says, or holds a number that is not finite (or a negative
  /// variance).
  ModelWeights(std::shared_ptr<const SafetensorsFile> file, const ModelDescription& description);

  /// Convolution [out, in / groups, kernel...], linear [out, in], layer norm's gain [channels]; row-major.
  const float* weight(NodeId node) const { return nodes_[static_cast<size_t>(node)].weight; }
  /// nullptr where the node has none.
  const float* bias(NodeId node) const { return nodes_[static_cast<size_t>(node)].bias; }
  BatchNormView batch_norm(NodeId node, int point) const;
  /// Of all tensors as they lie in the file.
  int64_t stored_bytes() const { return stored_bytes_; }
  int64_t stored_numbers() const { return stored_numbers_; }

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
  const float* read(const ModelTensor& expected);
  void store(const ModelTensor& tensor, const float* data);

  std::shared_ptr<const SafetensorsFile> file_;
  std::vector<NodeWeights> nodes_;
  std::deque<std::vector<float>> converted_;
  int64_t stored_bytes_ = 0, stored_numbers_ = 0;
};

}  // namespace tnn
