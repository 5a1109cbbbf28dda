#pragma once

#include "runtime/kernels/aligned_buffer.h"
#include "runtime/prefix/program.h"
#include "runtime/prefix/thread_team.h"

namespace tnn::prefix {

/// One arena and the threads that work on it.
class PrefixContext : public EngineContext {
 public:
  PrefixContext(std::shared_ptr<const ProgramSet> programs, int threads);
  void run(const float* input, int64_t batch, int point, float* output) override;
  int64_t memory_bytes() const override;
  /// The same as run(), and adds the microseconds of each step of the point's program to `times`.
  void run_timed(const float* input, int64_t batch, int point, float* output, std::vector<double>& times);

 private:
  void run_steps(size_t begin, size_t end, const RunState& state);

  std::shared_ptr<const ProgramSet> programs_;
  kernels::AlignedBuffer<float> arena_;
  const Program* program_ = nullptr;      ///< of the run in hand
  std::vector<double>* times_ = nullptr;  ///< of its steps, where they are asked for
  ThreadTeam team_;
};

}  // namespace tnn::prefix
