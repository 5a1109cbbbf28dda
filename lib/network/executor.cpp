#include "network/executor.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "core/error.h"
#include "graph/node_traits.h"
#include "network/channel_slice.h"

namespace tnn {
namespace {

/// `x` among as many channels of zeros as give `channels`, `before` of them in front of it.
at::Tensor with_zero_channels(const at::Tensor& x, int64_t before, int64_t channels) {
  // From the last dimension back, a pair each: only the channels are padded.
  std::vector<int64_t> zeros(2 * static_cast<size_t>(x.dim() - 1), 0);
  zeros[zeros.size() - 2] = before;
  zeros.back() = channels - x.size(1) - before;
  return at::constant_pad_nd(x, zeros);
}

}  // namespace

Executor::Executor(const Network& network, const Execution& execution, const Pass& pass)
    : network_(network),
      graph_(network.graph()),
      execution_(execution),
      pass_(pass),
      values_(graph_.nodes().size()),
      uses_(graph_.nodes().size()) {
  for (const Node& node : graph_.nodes())
    for (const NodeId input : node.inputs) ++uses_[static_cast<size_t>(input)];
  for (const Output& output : graph_.outputs()) ++uses_[static_cast<size_t>(output.node)];
}

std::vector<at::Tensor> Executor::run(const at::Tensor& input) {
  at::Tensor x = input;
  if (network_.channels_last() && x.dim() == 4) x = x.contiguous(at::MemoryFormat::ChannelsLast);
  if (network_.channels_last() && x.dim() == 5) x = x.contiguous(at::MemoryFormat::ChannelsLast3d);
  values_[0] = input_ = x;
  std::vector<int> left = uses_;
  for (size_t i = 1; i < values_.size(); ++i) {
    const Node& current = graph_.nodes()[i];
    at::Tensor result;
    if (count_channels(computed_channels(current.shape)) == 0)
      result = empty_output(current, value(current.inputs.front()));
    else if (branches_active(current.branches, execution_.computed))
      result = evaluate(static_cast<NodeId>(i));
    values_[i] = result.size(1) > 0 ? gated(static_cast<NodeId>(i), result) : result;
    for (const NodeId used : current.inputs)
      if (--left[static_cast<size_t>(used)] == 0) values_[static_cast<size_t>(used)].reset();
  }
  std::vector<at::Tensor> outputs;
  for (const Output& output : graph_.outputs()) outputs.push_back(at_full_width(output.node));
  if (regions_.defined()) outputs.push_back(regions_);
  return outputs;
}

at::Tensor Executor::regions(const Node& node, const RoiAlign& options) {
  const RegionProposer* proposer = pass_.proposer ? pass_.proposer : network_.proposer();
  if (proposer == nullptr)
    throw UsageError(fmt::format("'{}': the model has a RoIAlign, but no detector's options that say which regions it is for", node.name));
  if (per_sample()) throw UsageError(fmt::format("'{}': a two-stage detector has one utilization for all images of a pass", node.name));
  std::vector<at::Tensor> outputs;
  for (const Output& output : graph_.outputs()) outputs.push_back(value(output.node).defined() ? at_full_width(output.node) : at::Tensor());
  const std::vector<Region> chosen = proposer->propose(outputs);
  regions_ = to_tensor(chosen);
  std::vector<at::Tensor> levels;
  for (const NodeId level : node.inputs) levels.push_back(value(level));
  return roi_align(levels, chosen, {options.size, options.ratio, 1, 1, options.aligned}, input_.size(2), input_.size(3));
}

at::Tensor Executor::evaluate(NodeId id) {
  const Node& n = node(id);
  const auto x = [&]() -> const at::Tensor& { return value(n.inputs.front()); };
  return std::visit(Match{[&](const Input&) { return value(id); }, [&](const Convolution& c) { return convolution(id, c, x()); },
                          [&](const Linear&) { return linear(id, x()); },
                          [&](const BatchNorm& b) { return per_sample() ? batch_norm_per_sample(id, b, x()) : batch_norm(id, b, x()); },
                          [&](const LayerNorm& l) { return layer_norm(id, l, x()); },
                          [&](const Activation& a) { return activation(id, a, x()); }, [&](const Pool& p) { return pool(n, p, x()); },
                          [&](const GlobalPool& p) {
                            std::vector<int64_t> dimensions;
                            for (int64_t d = 2; d < x().dim(); ++d) dimensions.push_back(d);
                            return p.kind == PoolKind::average ? x().mean(dimensions, true) : x().amax(dimensions, true);
                          },
                          [&](const Add&) { return add(n); }, [&](const Concat&) { return concat(n); },
                          [&](const Flatten&) { return x().flatten(1); }, [&](const Dropout& d) { return dropout(id, d, x()); },
                          [&](const ChannelShuffle& s) {
                            auto sizes = x().sizes().vec();
                            auto grouped = sizes;
                            grouped[1] /= s.groups;
                            grouped.insert(grouped.begin() + 1, s.groups);
                            return x().reshape(grouped).transpose(1, 2).reshape(sizes);
                          },
                          [&](const ChannelPad& p) { return with_zero_channels(x(), p.before, graph_.channels(n.shape)); },
                          [&](const Upsample& u) {
                            at::Tensor y = x();
                            for (int64_t d = 2; d < x().dim(); ++d) y = y.repeat_interleave(u.factor, d);
                            return y;
                          },
                          [&](const RoiAlign& r) { return regions(n, r); }},
                    n.operation);
}

at::Tensor Executor::empty_output(const Node& node, const at::Tensor& like) const {
  std::vector<int64_t> sizes{like.size(0), 0};
  sizes.insert(sizes.end(), node.shape.extent.begin(), node.shape.extent.end());
  return at::empty(sizes, like.options());
}

at::Tensor Executor::at_full_width(NodeId id) const {
  const at::Tensor& x = value(id);
  const ChannelRanges computed = computed_channels(node(id).shape);
  const int64_t channels = graph_.channels(node(id).shape);
  if (count_channels(computed) == channels) return x;
  if (computed.size() <= 1) return with_zero_channels(x, computed.empty() ? 0 : computed.front().begin, channels);
  std::vector<int64_t> sizes = x.sizes().vec();
  sizes[1] = channels;
  return at::zeros(sizes, x.options()).index_copy(1, channel_indices(computed, x.device()), x);
}

at::Tensor Executor::add(const Node& node) {
  const int64_t channels = count_channels(computed_channels(node.shape));
  at::Tensor sum;
  for (const NodeId operand : node.inputs) {
    const at::Tensor& x = value(operand);
    if (x.size(1) != channels) continue;  // in a branch that is not computed
    sum = sum.defined() ? sum + x : x;
  }
  assert(sum.defined());
  return sum;
}

at::Tensor Executor::concat(const Node& node) {
  std::vector<at::Tensor> present;
  for (const NodeId operand : node.inputs)
    if (value(operand).size(1) > 0) present.push_back(value(operand));
  return present.size() == 1 ? present.front() : at::cat(present, 1);
}

bool Executor::needs_mask(const Node& node) const {
  if (execution_.masks.empty() || node.inputs.empty()) return false;
  if (!traits_of(node.operation).keeps_zeros) return true;
  // A node that enters a branch must be closed with it.
  return std::any_of(node.branches.begin(), node.branches.end(), [&](const Branch& branch) {
    return std::any_of(node.inputs.begin(), node.inputs.end(), [&](NodeId input) {
      const auto& parts = graph_.node(input).shape.parts;
      return std::any_of(parts.begin(), parts.end(), [&](const Part& part) {
        return std::find(part.branches.begin(), part.branches.end(), branch) == part.branches.end();
      });
    });
  });
}

at::Tensor Executor::channel_mask(const TensorShape& shape) const {
  const ChannelRanges computed = computed_channels(shape);
  const int64_t channels = graph_.channels(shape);
  at::Tensor full = at::zeros({static_cast<int64_t>(execution_.masks.size()), channels}, at::kFloat);
  float* row = full.data_ptr<float>();
  for (const Configuration& mask : execution_.masks) {
    for (const ChannelRange& range : active_channels(graph_, shape, mask)) std::fill(row + range.begin, row + range.end, 1.0f);
    row += channels;
  }
  return slice_channels(full, 1, computed).to(network_.device());
}

at::Tensor Executor::masked(const Node& node, const at::Tensor& x) const {
  at::Tensor mask = channel_mask(node.shape);
  std::vector<int64_t> sizes = mask.sizes().vec();
  sizes.resize(static_cast<size_t>(x.dim()), 1);
  mask = mask.view(sizes);
  // In evaluation a closed channel is 0 even where what it would hold is infinite or NaN; in training it is so by a product, whose gradient
  // is the cheaper one.
  return pass_.phase == Phase::evaluate ? at::where(mask > 0, x, at::zeros({}, x.options())) : x * mask;
}

bool Executor::may_overwrite(NodeId id) const {
  const NodeId input = node(id).inputs.front();
  // Autograd keeps what these read, not what they give; of the others some give what they read, or keep their result.
  const bool fresh = std::visit(Match{[](const OneOf<Convolution, Linear, BatchNorm, LayerNorm> auto&) { return true; },
                                      [](const OneOf<Input, Activation, Pool, GlobalPool, Add, Concat, Flatten, Dropout, ChannelShuffle,
                                                     ChannelPad, Upsample, RoiAlign> auto&) { return false; }},
                                node(input).operation);
  return fresh && uses_[static_cast<size_t>(input)] == 1;
}

}  // namespace tnn
