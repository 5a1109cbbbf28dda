#include "runtime/prefix/timed_run.h"

namespace tnn::prefix {

TimedRun::TimedRun(std::shared_ptr<const ModelParts> parts, const ContextOptions& context)
    : parts_(std::move(parts)), programs_(std::make_shared<const ProgramSet>(parts_, context)), batch_(context.batch_limit) {
  const Plan& plan = parts_->plan();
  const int64_t inputs = batch_ * full_numbers(plan, {Segment{0, false, {}}});
  int64_t outputs = 0;
  for (const PlanOutput& output : plan.outputs) outputs += batch_ * full_numbers(plan, output.operand);
  check_memory((programs_->context_floats() + inputs + outputs) * static_cast<int64_t>(sizeof(float)), context);
  input_.assign(static_cast<size_t>(inputs), 0.5F);
  output_.resize(static_cast<size_t>(outputs));
  float* place = output_.data();
  for (const PlanOutput& output : plan.outputs) {
    outputs_.push_back(place);
    place += batch_ * full_numbers(plan, output.operand);
  }
  context_ = std::make_unique<PrefixContext>(programs_, context.threads);
}

std::vector<double> TimedRun::time_program(int point) {
  std::vector<double> times;
  context_->run_timed(input_.data(), batch_, point, outputs_, times);
  return times;
}

std::vector<double> TimedRun::time_plan(int point) {
  const std::vector<double> times = time_program(point);
  std::vector<double> by_step(parts_->plan().steps.size() + 1);
  for (size_t i = 0; i < times.size(); ++i) by_step[program(point).steps[i].plan_step] += times[i];
  return by_step;
}

}  // namespace tnn::prefix
