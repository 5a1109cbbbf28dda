#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <utility>
#include <vector>

#include "data/batch.h"

namespace tnn {

/// What the samples of a batch should give, by name ("label").
class Targets {
 public:
  /// One row of the tensor for each sample; or as many as its offsets say (see TargetArray), which are then N + 1.
  struct Target {
    std::string name;
    at::Tensor values;
    std::vector<int64_t> offsets = {};
  };

  Targets() = default;
  explicit Targets(std::vector<Target> targets) : targets_(std::move(targets)) {}
  /// std::logic_error where there is none of that name: a task and its data set do not belong together.
  const at::Tensor& at(const std::string& name) const { return find(name).values; }
  const std::vector<int64_t>& offsets(const std::string& name) const { return find(name).offsets; }
  /// Those of the samples [begin, begin + count).
  Targets narrow(int64_t begin, int64_t count) const;

 private:
  const Target& find(const std::string& name) const;
  std::vector<Target> targets_;
};

/// A loader's batch on the network's device: inputs [N, C, H, W] or [N, C, T, H, W] (strided channels_last where they lie so in memory) and
/// targets. On the CPU they are views of the batch, which must outlive them.
struct InputBatch {
  at::Tensor inputs;
  Targets targets;

  int64_t size() const { return inputs.size(0); }
  /// The samples [begin, begin + count).
  InputBatch narrow(int64_t begin, int64_t count) const { return {inputs.narrow(0, begin, count), targets.narrow(begin, count)}; }
};
InputBatch to_tensors(Batch& batch, at::Device device);

}  // namespace tnn
