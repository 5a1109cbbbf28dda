#include "network/input_batch.h"

#include <ATen/ops/from_blob.h>

#include <stdexcept>
#include <type_traits>

namespace tnn {
namespace {

at::Tensor values_of(TargetArray& target) {
  return std::visit(
      [&](auto& values) {
        const bool whole = std::is_same_v<decltype(values.data()), int64_t*>;
        return at::from_blob(values.data(), target.shape, at::TensorOptions(whole ? at::kLong : at::kFloat));
      },
      target.values);
}

}  // namespace

const Targets::Target& Targets::find(const std::string& name) const {
  for (const Target& target : targets_)
    if (target.name == name) return target;
  throw std::logic_error("the batch has no target '" + name + "'");
}

Targets Targets::narrow(int64_t begin, int64_t count) const {
  std::vector<Target> part;
  for (const auto& [name, values, offsets] : targets_) {
    if (offsets.empty()) {
      part.push_back({name, values.narrow(0, begin, count)});
      continue;
    }
    const auto first = offsets.begin() + static_cast<std::ptrdiff_t>(begin);
    std::vector<int64_t> shifted(first, first + static_cast<std::ptrdiff_t>(count) + 1);
    const int64_t row = shifted.front(), rows = shifted.back() - row;
    for (int64_t& offset : shifted) offset -= row;
    part.push_back({name, values.narrow(0, row, rows), std::move(shifted)});
  }
  return Targets(std::move(part));
}

InputBatch to_tensors(Batch& batch, at::Device device) {
  const at::Tensor inputs =
      at::from_blob(batch.inputs.values.data(), batch.inputs.shape, batch.inputs.strides(), at::TensorOptions(at::kFloat));
  std::vector<Targets::Target> targets;
  for (TargetArray& target : batch.targets) targets.push_back({target.name, values_of(target).to(device), target.offsets});
  return {inputs.to(device), Targets(std::move(targets))};
}

}  // namespace tnn
