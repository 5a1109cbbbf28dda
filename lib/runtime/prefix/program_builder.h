#pragma once

#include <utility>

#include "runtime/prefix/elementwise_steps.h"
#include "runtime/prefix/program.h"

namespace tnn::prefix {

/// Turns the steps of a plan at one operating point into kernel steps.
class ProgramBuilder {
 public:
  ProgramBuilder(const ModelParts& parts, const PointLayouts& layouts, const std::vector<int64_t>& offsets, int64_t scratch_offset,
                 const ContextOptions& context, int point, MapStore& maps);
  Program build();
  /// Floats that steps need beyond the planned arena.
  int64_t scratch_floats() const { return largest_scratch_; }

 private:
  struct Limits {
    float lower, upper;
    bool sigmoid;
  };
  void begin_step(ValueId output);
  void load_input();
  void add_step(size_t index);
  void add_weighted(const Step& step, const StepAtPoint& at);
  template <typename Element>
  void add_dense(const Step& step, const LayerWeights& weights, const WidePlace* residual, const kernels::ImageLayout* residual_numbering);
  void add_winograd(const Step& step, const LayerWeights& weights, const WidePlace* residual,
                    const kernels::ImageLayout* residual_numbering);
  void add_planar(const Step& step, const LayerWeights& weights);
  /// A first layer of few outputs: in planes, as its input lies, and its result into rows. False where that would not be faster.
  bool add_narrow_stem(const Step& step, const LayerWeights& weights);
  void add_local(const Step& step, const LayerWeights& weights, const WidePlace* residual);
  void add_batch_norm(const Step& step);
  void add_layer_norm(const Step& step, const LayerNorm& options);
  void add_sum(const Step& step, const std::vector<const Operand*>& operands);
  void add_pool(const Step& step, const kernels::PoolMap& map, PoolKind kind);
  void add_planar_pool(const Step& step, const kernels::PoolMap& map, PoolKind kind);
  /// `source`: of each output channel an input channel, or -1 for zeros.
  void add_permutation(const Step& step, std::vector<int32_t> source);
  /// The outputs that are complete after so many steps of the plan.
  void store_outputs(size_t steps_done);
  void store_output(size_t index);

  /// Appends a kernel step; `written`: the value whose halo it leaves behind.
  void append(std::unique_ptr<KernelStep> kernel, ValueId written = kNone);
  /// The activation that no kernel has as a pair of limits.
  void append_sigmoid(const Step& step);

  int64_t images() const;
  const kernels::ImageLayout& numbering(ValueId value) const { return parts_.numbering[static_cast<size_t>(value)]; }
  const ValueLayout& layout(ValueId value) const { return layouts_.values[static_cast<size_t>(value)]; }
  const ChannelRanges& channels(ValueId value) const { return point_.channels[static_cast<size_t>(value)]; }
  Place place(ValueId value) const;
  /// A wide value in fp32. Where it is stored in bf16, its shadow: a copy in scratch memory, made by the first read of a step.
  WidePlace wide_place(ValueId value);
  Place shadow_of(ValueId value);
  bool has_shadow(ValueId value) const;
  Place in_scratch(int64_t floats);
  /// What a step wrote into a shadow goes to where its value is stored.
  void store_shadow(ValueId written);
  /// fp32 values that lie side by side, rounded to bf16 in scratch memory.
  WidePlace rounded(const WidePlace& from, const kernels::ImageLayout& numbering);
  WidePlace bf16_residual(const Operand& operand);
  /// The present parts of an operand, side by side; none may be a flattened map.
  std::vector<PartPlace> part_places(const Operand& operand);
  bool has_flattened_map(const Operand& operand) const;
  /// An operand as one stretch of channels: as it is, or gathered into scratch memory.
  WidePlace as_one(const Operand& operand);
  WidePlace gather(const Operand& operand);
  std::vector<PartPlace> parts_or_gathered(const Operand& operand);
  /// The inputs of one group of a layer.
  std::vector<kernels::InputPart> input_parts(const Operand& operand, const Layer& layer, int64_t group);
  bool computes_in_bf16() const { return step_ < plan_.steps.size() && parts_.precision.bf16_steps[step_]; }
  kernels::Epilogue epilogue(const Step& step) const;
  static Limits limits(const Step& step);
  MapStore::Order order_of(const Step& step, const Layer& layer) const;
  const kernels::ImageLayout& pool_input(const Step& step) const { return numbering(step.inputs.front().front().value); }
  /// The operands of a sum that are there.
  std::vector<const Operand*> present_operands(const Step& step) const;

  const ModelParts& parts_;
  const Plan& plan_;
  const PlanPoint& point_;
  const PointLayouts& layouts_;
  const std::vector<int64_t>& offsets_;
  const int64_t scratch_offset_, batch_limit_;
  const int threads_;
  const int point_index_;
  MapStore& maps_;
  const std::vector<size_t> steps_before_outputs_;
  Program program_;
  size_t step_ = 0;  ///< of the plan, in hand
  int64_t scratch_ = 0, largest_scratch_ = 0;
  std::vector<std::pair<ValueId, Place>> shadows_;  ///< of the step in hand
  ValueId unwritten_ = kNone;                       ///< the step's output, as long as nothing is in it
};

}  // namespace tnn::prefix
