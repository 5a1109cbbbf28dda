#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <utility>
#include <vector>

#include "data/batch.h"

namespace tnn {

/// What the samples of a batch should give, by name ("label"); the first dimension of each tensor is the sample's.
class Targets {
 public:
  Targets() = default;
  explicit Targets(std::vector<std::pair<std::string, at::Tensor>> tensors) : tensors_(std::move(tensors)) {}
  /// std::logic_error where there is none of that name: a task and its data set do not belong together.
  const at::Tensor& at(const std::string& name) const;
  Targets narrow(int64_t begin, int64_t count) const;

 private:
  std::vector<std::pair<std::string, at::Tensor>> tensors_;
};

/// A loader's batch on the network's device: inputs [N, C, H, W] (strided channels_last where the loader made them so) and targets. On the
/// CPU they are views of the batch, which must outlive them.
struct InputBatch {
  at::Tensor inputs;
  Targets targets;

  int64_t size() const { return inputs.size(0); }
  /// The samples [begin, begin + count).
  InputBatch narrow(int64_t begin, int64_t count) const { return {inputs.narrow(0, begin, count), targets.narrow(begin, count)}; }
};
InputBatch to_tensors(Batch& batch, bool channels_last, at::Device device);

}  // namespace tnn
