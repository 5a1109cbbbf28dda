#include "runtime/prefix/prefix_context.h"

namespace tnn::prefix {

PrefixContext::PrefixContext(std::shared_ptr<const ProgramSet> programs, int threads)
    : programs_(std::move(programs)),
      arena_(static_cast<size_t>(programs_->arena_floats())),
      team_(threads, [this](int member) { work(member); }) {}

void PrefixContext::run(const float* input, int64_t batch, int point, float* output) {
  program_ = &programs_->at(point);
  input_ = input;
  output_ = output;
  batch_ = batch;
  team_.run();
}

int64_t PrefixContext::memory_bytes() const { return static_cast<int64_t>(arena_.size() * sizeof(float)) + programs_->map_bytes(); }

void PrefixContext::work(int member) {
  const size_t alone = program_->one_image_steps, all = program_->steps.size();
  if (alone > 0)
    for (int64_t image = 0; image < batch_; ++image) run_steps(0, alone, {input_, output_, arena_.data(), image, 1}, member);
  run_steps(alone, all, {input_, output_, arena_.data(), 0, batch_}, member);
}

void PrefixContext::run_steps(size_t begin, size_t end, const RunState& state, int member) {
  const int members = team_.size();
  for (size_t i = begin; i < end; ++i) {
    const ProgramStep& step = program_->steps[i];
    step.halo.run(state, member, members);
    step.kernel->run(state, kernels::share_of(step.kernel->work(state.images), member, members));
    if (i + 1 < end || state.images < batch_ || end < program_->steps.size()) team_.barrier();
  }
}

}  // namespace tnn::prefix
