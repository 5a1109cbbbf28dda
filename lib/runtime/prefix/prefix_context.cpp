#include "runtime/prefix/prefix_context.h"

#include <algorithm>
#include <chrono>

namespace tnn::prefix {
namespace {

double microseconds() { return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

}  // namespace

/// One step of a program on some images.
class PrefixContext::StepTask : public SharedTask {
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

/// Images that go one at a time through the steps that take them so; a part, in an arena of its own, is whatever images it gets hold of.
class PrefixContext::ImagesTask : public SharedTask {
 public:
  ImagesTask(PrefixContext& context, const RunState& state, int64_t images) : context_(context), state_(state), images_(images) {}
  void run_part(int part, int /*parts*/) const override {
    RunState own = state_;
    own.images = 1;
    own.scratch += part * context_.programs_->part_floats();
    if (part > 0) own.arena = context_.others_[static_cast<size_t>(part - 1)].data();
    const auto& steps = context_.program_->steps;
    for (own.first_image = next_++; own.first_image < images_; own.first_image = next_++)
      for (size_t i = 0; i < context_.program_->one_image_steps; ++i) {
        const double start = context_.times_.empty() ? 0 : microseconds();
        steps[i].halo.run(own, 0, 1);
        steps[i].kernel->run(own, {0, steps[i].kernel->work(1)});
        if (start > 0) context_.times_[static_cast<size_t>(part)][i] += microseconds() - start;
      }
  }

 private:
  PrefixContext& context_;
  const RunState& state_;
  const int64_t images_;
  mutable std::atomic<int64_t> next_{0};
};

PrefixContext::PrefixContext(std::shared_ptr<const ProgramSet> programs, int threads)
    : programs_(std::move(programs)), arena_(static_cast<size_t>(programs_->shared_floats())), team_(threads) {
  for (int i = 1; i < programs_->arenas(); ++i) others_.emplace_back(static_cast<size_t>(programs_->arena_floats()));
}

int64_t PrefixContext::memory_bytes() const {
  return programs_->context_floats() * static_cast<int64_t>(sizeof(float)) + programs_->map_bytes();
}

void PrefixContext::run(const float* input, int64_t batch, int point, OutputPointers outputs) {
  const RunState all{input, outputs, arena_.data(), arena_.data(), 0, batch, arena_.data() + programs_->arena_floats()};
  program_ = &programs_->at(point);
  team_.begin();
  int64_t image = 0;
  if (program_->one_image_steps > 0) {
    const auto arenas = static_cast<int64_t>(others_.size()) + 1;
    if (arenas > 1 && batch >= arenas) {
      image = batch / arenas * arenas;
      team_.run(ImagesTask(*this, all, image), static_cast<int>(arenas));
    }
    RunState one = all;
    one.images = 1;
    for (one.first_image = image; one.first_image < batch; ++one.first_image) run_shared(0, program_->one_image_steps, one);
  }
  run_shared(program_->one_image_steps, program_->steps.size(), all);
  team_.end();
}

void PrefixContext::run_timed(const float* input, int64_t batch, int point, OutputPointers outputs, std::vector<double>& times) {
  times.resize(programs_->at(point).steps.size());
  times_.assign(static_cast<size_t>(team_.size()), std::vector<double>(times.size()));
  run(input, batch, point, outputs);
  for (const std::vector<double>& own : times_)
    for (size_t i = 0; i < times.size(); ++i) times[i] += own[i] / team_.size();
  times_.clear();
}

void PrefixContext::run_shared(size_t begin, size_t end, const RunState& state) {
  for (size_t i = begin; i < end; ++i) {
    const double start = times_.empty() ? 0 : microseconds();
    const StepTask task(program_->steps[i], state, programs_->part_floats());
    team_.run(task, task.parts(team_.size()));
    if (start > 0) times_.front()[i] += (microseconds() - start) * team_.size();  // all threads were at it
  }
}

}  // namespace tnn::prefix
