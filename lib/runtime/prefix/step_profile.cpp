#include "runtime/prefix/step_profile.h"

#include <algorithm>
#include <chrono>
#include <limits>

#include "runtime/kernels/aligned_buffer.h"
#include "runtime/prefix/program.h"

namespace tnn::prefix {
namespace {

double microseconds() { return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

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

/// Adds the time of steps [begin, end) for the images in hand.
void time_steps(const Program& program, size_t begin, size_t end, const RunState& state, std::vector<double>& times) {
  for (size_t i = begin; i < end; ++i) {
    const ProgramStep& step = program.steps[i];
    const double start = microseconds();
    step.halo.run(state, 0, 1);
    step.kernel->run(state, {0, step.kernel->work(state.images)});
    times[i] += microseconds() - start;
  }
}

}  // namespace

std::vector<StepTime> profile_steps(const std::shared_ptr<const LoweredModel>& model, const EngineOptions& options, int64_t batch,
                                    int point, int repeats) {
  const kernels::KernelSet& set =
      options.instruction_set.empty() ? kernels::best_kernel_set() : kernels::kernel_set(options.instruction_set);
  ContextOptions context;
  context.batch_limit = batch;
  const ProgramSet programs(std::make_shared<const ModelParts>(model, set, options.precision), context);
  const Program& program = programs.at(point);
  const Plan& plan = model->plan;
  kernels::AlignedBuffer<float> arena(static_cast<size_t>(programs.context_floats(1)));
  float* const scratch = arena.data() + programs.arena_floats();
  const std::vector<float> input(static_cast<size_t>(batch * plan.values.front().channels * plan.values.front().shape.positions()), 0.5F);
  int64_t positions = 1;
  for (const int64_t size : operand_extent(plan, plan.output)) positions *= size;
  std::vector<float> output(static_cast<size_t>(batch * full_channels(plan, plan.output) * positions));

  std::vector<StepTime> result = named_steps(plan, program, batch, point);
  for (StepTime& time : result) time.microseconds = std::numeric_limits<double>::infinity();
  for (int i = 0; i < repeats; ++i) {
    std::vector<double> times(program.steps.size());
    if (program.one_image_steps > 0)
      for (int64_t image = 0; image < batch; ++image)
        time_steps(program, 0, program.one_image_steps, {input.data(), output.data(), arena.data(), image, 1, scratch}, times);
    time_steps(program, program.one_image_steps, program.steps.size(), {input.data(), output.data(), arena.data(), 0, batch, scratch},
               times);
    for (size_t s = 0; s < times.size(); ++s) result[s].microseconds = std::min(result[s].microseconds, times[s]);
  }
  return result;
}

}  // namespace tnn::prefix
