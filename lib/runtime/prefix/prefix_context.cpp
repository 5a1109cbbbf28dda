#include "runtime/prefix/prefix_context.h"

#include <algorithm>
#include <chrono>

namespace tnn::prefix {
namespace {

double microseconds() { return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

/// One step of a program on some images.
class StepTask : public SharedTask {
 public:
  /// `state.scratch` is that of the first part.
  StepTask(const ProgramStep& step, const RunState& state, int64_t part_floats)
      : step_(step), state_(state), part_floats_(part_floats), work_(step.kernel->work(state.images)) {}
  int parts(int threads) const { return static_cast<int>(std::clamp<int64_t>(work_, 1, ProgramSet::most_parts(threads))); }
  void run_part(int part, int parts) const override {
    RunState own = state_;
    own.scratch += part * part_floats_;
    step_.halo.run(own, part, parts);
    step_.kernel->run(own, kernels::share_of(work_, part, parts));
  }

 private:
  const ProgramStep& step_;
  const RunState& state_;
  int64_t part_floats_, work_;
};

}  // namespace

PrefixContext::PrefixContext(std::shared_ptr<const ProgramSet> programs, int threads)
    : programs_(std::move(programs)), arena_(static_cast<size_t>(programs_->context_floats(threads))), team_(threads) {}

int64_t PrefixContext::memory_bytes() const { return static_cast<int64_t>(arena_.size() * sizeof(float)) + programs_->map_bytes(); }

void PrefixContext::run(const float* input, int64_t batch, int point, float* output) {
  program_ = &programs_->at(point);
  const size_t alone = program_->one_image_steps, all = program_->steps.size();
  float* const scratch = arena_.data() + programs_->arena_floats();
  team_.begin();
  if (alone > 0)
    for (int64_t image = 0; image < batch; ++image) run_steps(0, alone, {input, output, arena_.data(), image, 1, scratch});
  run_steps(alone, all, {input, output, arena_.data(), 0, batch, scratch});
  team_.end();
}

void PrefixContext::run_timed(const float* input, int64_t batch, int point, float* output, std::vector<double>& times) {
  times.resize(programs_->at(point).steps.size());
  times_ = &times;
  run(input, batch, point, output);
  times_ = nullptr;
}

void PrefixContext::run_steps(size_t begin, size_t end, const RunState& state) {
  for (size_t i = begin; i < end; ++i) {
    const double start = times_ ? microseconds() : 0;
    const StepTask task(program_->steps[i], state, programs_->part_floats());
    team_.run(task, task.parts(team_.size()));
    if (times_) (*times_)[i] += microseconds() - start;
  }
}

}  // namespace tnn::prefix
