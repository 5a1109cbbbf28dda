#pragma once

#include "runtime/engine.h"
#include "runtime/memory_plan.h"
#include "runtime/reference/layers.h"

namespace tnn::reference {

/// Scale and shift of every step at every operating point; empty where a step has none.
using AffineTable = std::vector<std::vector<ChannelAffine>>;  // [point][step]

/// Executes a plan step by step, one input after the other. A value is stored as its active channels, row-major.
class ReferenceContext : public EngineContext {
 public:
  ReferenceContext(const LoweredModel& model, const AffineTable& affine, const ContextOptions& options);
  void run(const float* input, int64_t batch, int point, OutputPointers outputs) override;
  int64_t memory_bytes() const override;

 private:
  void run_step(size_t step);
  template <typename Compute>
  void store(const Step& step, const StepAtPoint& at, Compute compute);
  void weighted(size_t step, const StepAtPoint& at);
  void layer_norm(size_t step, const StepAtPoint& at, const LayerNorm& options);
  void add(const Step& step, const StepAtPoint& at);
  /// Those outputs that are complete after so many steps.
  void write_outputs(size_t steps_done, int64_t image, const OutputPointers& outputs);

  const float* place(ValueId value) const;
  /// The active channels of an operand, by rising channel.
  void gather(const Operand& operand, Planes& planes) const;
  void gather_output(ValueId value);

  const LoweredModel& model_;
  const Plan& plan_;
  const AffineTable& affine_;
  MemoryPlan memory_;
  std::vector<size_t> steps_before_outputs_;
  std::vector<float> arena_;
  Planes inputs_, residual_;
  std::vector<Planes> addends_;
  std::vector<PositionStatistics> statistics_;
  OutputPlanes outputs_;
  // of the run and input in hand
  const PlanPoint* at_ = nullptr;
  const float* input_ = nullptr;
  int point_ = 0;
};

}  // namespace tnn::reference
