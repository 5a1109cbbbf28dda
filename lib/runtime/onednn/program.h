#pragma once

#include <functional>
#include <vector>

#include "runtime/engine.h"
#include "runtime/memory_plan.h"
#include "runtime/onednn/packed_weights.h"
#include "runtime/onednn/rows.h"

namespace tnn::onednn {

/// The caller's memory, of the run in hand.
struct RunOutputs {
  OutputPointers pointers = nullptr;
  int64_t image = 0;  ///< of the batch, the first that is computed
};

/// What the programs of a context share.
struct Workspace {
  const LoweredModel& model;
  dnnl::engine engine;
  dnnl::stream stream;
  PackedWeights& packed;
  MemoryPlan memory;
  AlignedMemory arena;     ///< stored values
  AlignedMemory gathered;  ///< operands put side by side, of the step in hand
  AlignedMemory scratch;   ///< of oneDNN, of the step in hand
  RunOutputs outputs = {};
};

/// Who computes the activation after a layer.
enum class Activations {
  fused,  ///< oneDNN, with the layer: of NaN it makes a number, and the processor raises the flag of an invalid operation
  apart   ///< we, after the layer: NaN stays NaN
};

/// A plan at one operating point for one batch size, with every address decided: running it looks nothing up.
struct Program {
  std::vector<std::function<void()>> actions;
  std::vector<dnnl::memory> scratch;  ///< to be pointed at the workspace's scratch, which is as large as the largest
};

/// Writes the program of a point.
class ProgramWriter {
 public:
  ProgramWriter(Workspace& workspace, int point, int64_t batch, Activations activations);
  Program write();

  /// Bytes that an operand needs in `gathered`; 0 where it is read in place.
  static int64_t gathered_bytes(const Plan& plan, const PlanPoint& point, const Operand& operand, bool linear, int64_t batch);

 private:
  /// The outputs that are complete after so many steps.
  void write_outputs(size_t steps_done);
  void write_output(size_t index);
  void write_step(size_t index);
  void write_weighted(size_t index);
  void write_residual(const Step& step, float* out);
  void write_layer(const LayerShape& shape, const WeightSelection& selection, const float* in, float* out);
  void write_batch_norm(const Step& step, const float* in, float* out);
  void write_layer_norm(const Step& step, const LayerNorm& options, const float* in, float* out);
  void write_activation(ActivationKind kind, const float* in, int64_t count, float* out);
  void write_add(const Step& step, float* out);
  void write_pool(const Step& step, const Pool& pool, const float* in, float* out);
  template <typename Action>
  void add_action(Action action);

  /// Where an operand lies as rows, after the actions so far. nullptr where it has no channel.
  const float* read(const Operand& operand, bool linear = false);
  void gather(const Operand& operand, float* out);
  float* place(ValueId value) const;
  int64_t channels(ValueId value) const { return count_channels(at_.channels[static_cast<size_t>(value)]); }
  int64_t numbers(ValueId value) const { return batch_ * plan_.value(value).shape.positions() * channels(value); }

  Workspace& workspace_;
  const Plan& plan_;
  const PlanPoint& at_;
  const int point_;
  const int64_t batch_;
  const Activations activations_;
  const std::vector<size_t> steps_before_outputs_;
  int64_t gathered_ = 0;  // numbers of the step in hand
  Program program_;
};

}  // namespace tnn::onednn
