#include "runtime/prefix/step_profile.h"

#include <algorithm>
#include <limits>

#include "runtime/prefix/timed_run.h"

namespace tnn::prefix {
namespace {

/// The last kernel step of a plan's step is the one that computes it.
std::vector<StepTime> named_steps(const Plan& plan, const Program& program, int64_t batch, int point) {
  std::vector<StepTime> times;
  for (size_t i = 0; i < program.steps.size(); ++i) {
    const size_t step = program.steps[i].plan_step;
    StepTime time{"output", program.steps[i].kernel->describe(), 0, 0};
    if (step < plan.steps.size()) {
      time.name = plan.steps[step].name;
      if (i + 1 == program.steps.size() || program.steps[i + 1].plan_step != step)
        time.macs = plan.points[static_cast<size_t>(point)].steps[step].macs * batch;
    }
    times.push_back(std::move(time));
  }
  return times;
}

}  // namespace

std::vector<StepTime> profile_steps(const std::shared_ptr<const LoweredModel>& model, const EngineOptions& options,
                                    const ContextOptions& context, int point, int repeats) {
  const kernels::KernelSet& set =
      options.instruction_set.empty() ? kernels::best_kernel_set() : kernels::kernel_set(options.instruction_set);
  TimedRun run(std::make_shared<const ModelParts>(model, set, options.precision), context);
  std::vector<StepTime> result = named_steps(model->plan, run.program(point), context.batch_limit, point);
  for (StepTime& time : result) time.microseconds = std::numeric_limits<double>::infinity();
  run.time_program(point);  // into the caches
  for (int i = 0; i < repeats; ++i) {
    const std::vector<double> times = run.time_program(point);
    for (size_t s = 0; s < times.size(); ++s) result[s].microseconds = std::min(result[s].microseconds, times[s]);
  }
  return result;
}

}  // namespace tnn::prefix
