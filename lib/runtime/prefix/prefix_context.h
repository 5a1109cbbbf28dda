#pragma once

#include "runtime/kernels/aligned_buffer.h"
#include "runtime/prefix/program.h"
#include "runtime/prefix/thread_team.h"

namespace tnn::prefix {

/// The threads that work on a run together, and their memory. Steps that take one image at a time go through as many images at once as
/// there are threads, each in an arena of its own; of the others, and of images that are left over, threads share every step.
class PrefixContext : public EngineContext {
 public:
  PrefixContext(std::shared_ptr<const ProgramSet> programs, int threads);
  void run(const float* input, int64_t batch, int point, OutputPointers outputs) override;
  int64_t memory_bytes() const override;
  /// The same as run(), and adds the microseconds of each step of the point's program to `times`; where images go through side by side, a
  /// step's microseconds are divided by the number of threads.
  void run_timed(const float* input, int64_t batch, int point, OutputPointers outputs, std::vector<double>& times);

 private:
  class StepTask;
  class ImagesTask;

  void run_shared(size_t begin, size_t end, const RunState& state);

  std::shared_ptr<const ProgramSet> programs_;
  kernels::AlignedBuffer<float> arena_;                ///< and scratch memory of every part of a step
  std::vector<kernels::AlignedBuffer<float>> others_;  ///< arenas of the threads but the first
  const Program* program_ = nullptr;                   ///< of the run in hand
  std::vector<std::vector<double>> times_;             ///< of its steps, where they are asked for: by each thread
  ThreadTeam team_;
};

}  // namespace tnn::prefix
