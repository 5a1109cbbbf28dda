#include "runtime/prefix/planar_regions.h"

#include <algorithm>
#include <numeric>

namespace tnn::prefix {
namespace {

constexpr int64_t kSmallestMap = 64;  ///< positions; below, too few lanes are inside

/// Joins values and notes which cannot be planar.
class Joining {
 public:
  explicit Joining(const Plan& plan) : plan_(plan), parent_(plan.values.size()), wide_(plan.values.size()) {
    std::iota(parent_.begin(), parent_.end(), size_t{0});
    for (size_t v = 0; v < wide_.size(); ++v) wide_[v] = plan.values[v].shape.positions() < kSmallestMap;
  }
  size_t find(ValueId value) {
    auto v = static_cast<size_t>(value);
    while (parent_[v] != v) v = parent_[v] = parent_[parent_[v]];
    return v;
  }
  void join(ValueId a, ValueId b) {
    const size_t x = find(a), y = find(b);
    wide_[x] = wide_[x] || wide_[y];
    parent_[y] = x;
  }
  void join(const Operand& operand) {
    for (const Segment& segment : operand) join(operand.front().value, segment.value);
  }
  void keep_wide(ValueId value) { wide_[find(value)] = true; }
  void keep_wide(const Operand& operand) {
    for (const Segment& segment : operand) keep_wide(segment.value);
  }
  bool is_wide(ValueId value) { return wide_[find(value)]; }

  void add(const Step& step);

 private:
  void add_convolution(const Step& step, const Convolution& convolution);
  /// A step that reads planar values as well as wide ones.
  void add_reading_both(const Step& step);
  const Plan& plan_;
  std::vector<size_t> parent_;
  std::vector<bool> wide_;
};

bool keeps_extent(const Window& window) {
  for (size_t d = 0; d < window.kernel.size(); ++d)
    if (window.stride[d] != 1 || 2 * window.padding[d] != (window.kernel[d] - 1) * window.dilation[d]) return false;
  return true;
}

bool any_flattened(const Operand& operand) {
  return std::any_of(operand.begin(), operand.end(), [](const Segment& segment) { return segment.flattened; });
}

void Joining::add_convolution(const Step& step, const Convolution& convolution) {
  const Operand& input = step.inputs.front();
  join(input);
  if (convolution.groups > 1) keep_wide(input);
  if (step.epilogue.residual) keep_wide(step.epilogue.residual->operand);
  if (has_planar_kernel(step, convolution))
    join(input.front().value, step.output);
  else
    keep_wide(step.output);
}

void Joining::add(const Step& step) {
  std::visit(
      Match{[&](const Convolution& c) { add_convolution(step, c); }, [&](const OneOf<Pool, GlobalPool> auto&) { add_reading_both(step); },
            [&](const OneOf<Linear, BatchNorm, LayerNorm, Activation, Add, ChannelShuffle, ChannelPad, Upsample> auto&) {
              add_reading_both(step);
              for (const Operand& input : step.inputs) keep_wide(input);
              keep_wide(step.output);
            },
            [&](const LoweredAway auto& gone) { refuse_kind("the prefix engine", step.name, gone); }},
      step.operation);
}

void Joining::add_reading_both(const Step& step) {
  for (const Operand& input : step.inputs)
    if (!any_flattened(input)) join(input);
  if (step.epilogue.residual) keep_wide(step.epilogue.residual->operand);
}

/// The 1x1 convolution that can do a batch norm of its input, the only reader.
int fusing_convolution(const Plan& plan, const std::vector<int>& reads, const Step& norm) {
  if (!std::holds_alternative<BatchNorm>(norm.operation) || norm.epilogue.activation != ActivationKind::relu) return kNone;
  if (reads[static_cast<size_t>(norm.output)] != 1 || any_flattened(norm.inputs.front())) return kNone;
  for (size_t s = 0; s < plan.steps.size(); ++s) {
    const auto* convolution = std::get_if<Convolution>(&plan.steps[s].operation);
    if (!convolution || plan.steps[s].inputs.front() != Operand{Segment{norm.output, false, {}}}) continue;
    const auto& kernel = convolution->window.kernel;
    const bool single = std::all_of(kernel.begin(), kernel.end(), [](int64_t size) { return size == 1; });
    return single && has_planar_kernel(plan.steps[s], *convolution) ? static_cast<int>(s) : kNone;
  }
  return kNone;
}

}  // namespace

bool has_planar_kernel(const Step& step, const Convolution& convolution) {
  return convolution.groups == 1 && keeps_extent(convolution.window) && !step.epilogue.residual &&
         step.epilogue.activation != ActivationKind::sigmoid;
}

PlanarRegions find_planar_regions(const Plan& plan) {
  PlanarRegions regions;
  Joining joining(plan);
  const std::vector<int> reads = count_reads(plan);
  for (const Step& step : plan.steps) {
    regions.fused_into.push_back(fusing_convolution(plan, reads, step));
    if (regions.fused_into.back() == kNone) {
      joining.add(step);
    } else {
      joining.join(step.inputs.front());
      joining.join(step.inputs.front().front().value, step.output);
    }
  }
  for (const PlanOutput& output : plan.outputs) joining.keep_wide(output.operand);
  std::vector<int> number(plan.values.size(), kNone);
  for (ValueId v = 0; v < static_cast<ValueId>(plan.values.size()); ++v) {
    int& region = number[joining.find(v)];
    if (!joining.is_wide(v) && region == kNone) region = regions.count++;
    regions.of_value.push_back(joining.is_wide(v) ? kNone : region);
  }
  return regions;
}

}  // namespace tnn::prefix
