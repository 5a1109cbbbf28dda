#include "distributed/gradient_reducer.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/GradMode.h>

namespace tnn {
namespace {

/// A block of a gradient in the order in which the parameter lies in memory: channels last where that is so.
at::Tensor in_memory_order(const at::Tensor& block, const at::Tensor& parameter) {
  if (parameter.dim() < 4 || parameter.stride(1) != 1 || parameter.size(1) == 1) return block;
  return block.movedim(1, -1);
}

int64_t numbers_of(const at::Tensor& parameter, const std::vector<ParameterBlock>& blocks) {
  int64_t numbers = 0;
  for (const ParameterBlock& block : blocks) numbers += cut(parameter, block).numel();
  return numbers;
}

}  // namespace

GradientReducer::GradientReducer(const ProcessGroup& group, std::vector<ParameterStore::Entry> parameters)
    : group_(group), parameters_(std::move(parameters)) {}

void GradientReducer::add(size_t parameter, std::vector<ParameterBlock> blocks) {
  const int64_t numbers = numbers_of(parameters_[parameter].tensor.detach(), blocks) + 1;
  if (buckets_.empty() || buckets_.back().numbers + numbers > kBucketNumbers) buckets_.emplace_back();
  buckets_.back().items.push_back({parameter, std::move(blocks), numbers});
  buckets_.back().numbers += numbers;
}

void GradientReducer::begin(const Graph& graph, const std::vector<Configuration>& configurations, const std::vector<int>& points) {
  buckets_.clear();
  for (size_t i = parameters_.size(); i-- > 0;)
    if (auto blocks = open_blocks(graph, parameters_[i], configurations, points); !blocks.empty()) add(i, std::move(blocks));
}

void GradientReducer::begin() {
  buckets_.clear();
  for (size_t i = parameters_.size(); i-- > 0;) {
    const at::Tensor& tensor = parameters_[i].tensor;
    add(i, {{{0, tensor.size(0)}, {0, tensor.dim() > 1 ? tensor.size(1) : 1}}});
  }
}

void GradientReducer::pack(Bucket& bucket) const {
  bucket.values = at::empty({bucket.numbers}, at::TensorOptions(at::kFloat).device(parameters_.front().tensor.device()));
  int64_t at = 0;
  for (const Item& item : bucket.items) {
    const at::Tensor parameter = parameters_[item.parameter].tensor.detach(), gradient = parameters_[item.parameter].tensor.grad();
    at::Tensor place = bucket.values.narrow(0, at, item.numbers);
    at += item.numbers;
    place[item.numbers - 1].fill_(gradient.defined() ? 1.0 : 0.0);
    if (!gradient.defined()) {
      place.zero_();
      continue;
    }
    int64_t begin = 0;
    for (const ParameterBlock& block : item.blocks) {
      const at::Tensor part = in_memory_order(cut(gradient, block), parameter);
      place.narrow(0, begin, part.numel()).view(part.sizes()).copy_(part);
      begin += part.numel();
    }
  }
}

void GradientReducer::unpack(const Bucket& bucket) const {
  const at::Tensor on_host = bucket.values.cpu();
  int64_t at = 0;
  for (const Item& item : bucket.items) {
    at::Tensor parameter = parameters_[item.parameter].tensor;
    const at::Tensor place = bucket.values.narrow(0, at, item.numbers);
    at += item.numbers;
    if (on_host.const_data_ptr<float>()[at - 1] == 0) continue;  // none has a gradient
    if (!parameter.grad().defined()) parameter.mutable_grad() = at::zeros_like(parameter.detach());
    int64_t begin = 0;
    for (const ParameterBlock& block : item.blocks) {
      const at::Tensor part = in_memory_order(cut(parameter.grad(), block), parameter);
      part.copy_(place.narrow(0, begin, part.numel()).view(part.sizes()));
      begin += part.numel();
    }
  }
}

void GradientReducer::finish() {
  const c10::NoGradGuard no_grad;
  bytes_ = 0;
  for (Bucket& bucket : buckets_) {
    pack(bucket);
    bytes_ += static_cast<int64_t>(bucket.values.nbytes());
    bucket.sum = group_.start_sum(bucket.values);
  }
  for (Bucket& bucket : buckets_) {
    bucket.sum->wait();
    unpack(bucket);
  }
  buckets_.clear();
}

}  // namespace tnn
