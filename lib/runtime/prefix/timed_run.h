#pragma once

#include "runtime/prefix/prefix_context.h"

namespace tnn::prefix {

/// Whole runs of some programs on made-up inputs, `context.batch_limit` at a time, whose steps are timed.
class TimedRun {
 public:
  /// DataError where programs, inputs and outputs need more than `context.memory_limit_bytes`.
  TimedRun(std::shared_ptr<const ModelParts> parts, const ContextOptions& context);

  const ModelParts& parts() const { return *parts_; }
  const Program& program(int point) const { return programs_->at(point); }
  /// Microseconds of each step of the point's program in one run.
  std::vector<double> time_program(int point);
  /// The same of each step of the plan; what comes after the last counts as one more.
  std::vector<double> time_plan(int point);

 private:
  std::shared_ptr<const ModelParts> parts_;
  std::shared_ptr<const ProgramSet> programs_;
  int64_t batch_;
  std::vector<float> input_, output_;
  std::vector<float*> outputs_;  ///< places of each in `output_`
  std::unique_ptr<PrefixContext> context_;
};

}  // namespace tnn::prefix
