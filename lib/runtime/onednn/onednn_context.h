#pragma once

#include "runtime/engine.h"
#include "runtime/onednn/program.h"

namespace tnn::onednn {

/// Runs programs that are made once: for each operating point one that computes as many inputs as the batch limit together, and one that
/// computes a single input, for the rest. Where an operation was invalid, so that NaN may have become a number in an activation of
/// oneDNN's, the inputs are computed again one by one by a program that loses none.
class OneDnnContext : public EngineContext {
 public:
  OneDnnContext(const LoweredModel& model, const dnnl::engine& engine, PackedWeights& packed, const ContextOptions& options);
  void run(const float* input, int64_t batch, int point, OutputPointers outputs) override;
  int64_t memory_bytes() const override;

 private:
  void write_programs(int64_t batch, Activations activations, std::vector<Program>& programs);
  void allocate_scratch(const ContextOptions& options);
  /// Computes `batch` inputs, the first of which is that of workspace_.outputs.
  void run_program(const Program& program, const float* input, int64_t batch, int point);

  const Plan& plan_;
  const int64_t batch_limit_;
  const int threads_;
  Workspace workspace_;
  std::vector<Program> single_, together_, exact_;  // of each point
};

}  // namespace tnn::onednn
