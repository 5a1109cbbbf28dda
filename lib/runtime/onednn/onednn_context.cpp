#include "runtime/onednn/onednn_context.h"

#include <omp.h>

#include <algorithm>

#include "core/processor.h"
#include "runtime/onednn/invalid_operations.h"

namespace tnn::onednn {
namespace {

/// The number of OpenMP threads that oneDNN uses when it is called from this thread, while in scope.
class ThreadScope {
 public:
  explicit ThreadScope(int threads) : before_(omp_get_max_threads()) { omp_set_num_threads(threads); }
  ~ThreadScope() { omp_set_num_threads(before_); }
  ThreadScope(const ThreadScope&) = delete;
  ThreadScope& operator=(const ThreadScope&) = delete;

 private:
  const int before_;
};

BufferRules buffer_rules(const Plan& plan, int64_t batch) {
  const auto bytes = [&plan, batch](ValueId value, int point) {
    const int64_t channels = count_channels(plan.points[static_cast<size_t>(point)].channels[static_cast<size_t>(value)]);
    return batch * channels * plan.value(value).shape.positions() * int64_t{sizeof(float)};
  };
  return {bytes, [](ValueId, ValueId, int) { return true; }};
}

/// For the step that puts most side by side.
int64_t gathered_bytes(const Plan& plan, int64_t batch) {
  int64_t largest = 0;
  for (const PlanPoint& point : plan.points)
    for (const Step& step : plan.steps) {
      const bool linear = std::holds_alternative<Linear>(step.operation);
      int64_t bytes = 0;
      for (const Operand& operand : step.inputs) bytes += ProgramWriter::gathered_bytes(plan, point, operand, linear, batch);
      largest = std::max(largest, bytes);
    }
  return largest;
}

Workspace make_workspace(const LoweredModel& model, const dnnl::engine& engine, PackedWeights& packed, const ContextOptions& options) {
  MemoryPlan memory = plan_memory(model.plan, buffer_rules(model.plan, options.batch_limit));
  const int64_t gathered = gathered_bytes(model.plan, options.batch_limit);
  check_memory(memory.arena_bytes + gathered, options);
  AlignedMemory arena(memory.arena_bytes);
  return {model, engine, dnnl::stream(engine), packed, std::move(memory), std::move(arena), AlignedMemory(gathered), {}, {}};
}

}  // namespace

OneDnnContext::OneDnnContext(const LoweredModel& model, const dnnl::engine& engine, PackedWeights& packed, const ContextOptions& options)
    : plan_(model.plan),
      batch_limit_(options.batch_limit),
      threads_(startable_threads(options.threads)),  // OpenMP ends the process where it cannot start them
      workspace_(make_workspace(model, engine, packed, options)) {
  const ThreadScope scope(threads_);
  write_programs(1, Activations::fused, single_);
  write_programs(1, Activations::apart, exact_);
  if (batch_limit_ > 1) write_programs(batch_limit_, Activations::fused, together_);
  allocate_scratch(options);
}

void OneDnnContext::write_programs(int64_t batch, Activations activations, std::vector<Program>& programs) {
  for (int point = 0; point < static_cast<int>(plan_.points.size()); ++point)
    programs.push_back(ProgramWriter(workspace_, point, batch, activations).write());
}

void OneDnnContext::allocate_scratch(const ContextOptions& options) {
  size_t bytes = 0;
  const auto for_each_scratch = [&](auto visit) {
    for (auto* programs : {&single_, &together_, &exact_})
      for (Program& program : *programs)
        for (dnnl::memory& scratch : program.scratch) visit(scratch);
  };
  for_each_scratch([&](dnnl::memory& scratch) { bytes = std::max(bytes, scratch.get_desc().get_size()); });
  check_memory(memory_bytes() + static_cast<int64_t>(bytes), options);
  workspace_.scratch = AlignedMemory(static_cast<int64_t>(bytes));
  for_each_scratch([&](dnnl::memory& scratch) { scratch.set_data_handle(workspace_.scratch.data()); });
}

int64_t OneDnnContext::memory_bytes() const { return workspace_.arena.bytes() + workspace_.gathered.bytes() + workspace_.scratch.bytes(); }

void OneDnnContext::run(const float* input, int64_t batch, int point, OutputPointers outputs) {
  const ThreadScope scope(threads_);
  const auto p = static_cast<size_t>(point);
  workspace_.outputs = {outputs, 0};
  while (workspace_.outputs.image < batch) {
    const int64_t begin = workspace_.outputs.image;
    const bool together = batch - begin >= batch_limit_ && !together_.empty();
    const int64_t end = begin + (together ? batch_limit_ : 1);
    const InvalidOperations invalid(threads_);
    run_program(together ? together_[p] : single_[p], input, end - begin, point);
    if (invalid.any())
      for (workspace_.outputs.image = begin; workspace_.outputs.image < end; ++workspace_.outputs.image)
        run_program(exact_[p], input, 1, point);
    workspace_.outputs.image = end;
  }
}

void OneDnnContext::run_program(const Program& program, const float* input, int64_t batch, int point) {
  const Value& image = plan_.values.front();
  const int64_t positions = image.shape.positions();
  float* rows = workspace_.arena.data() + workspace_.memory.offset(point, 0) / static_cast<int64_t>(sizeof(float));
  planes_to_rows(input + workspace_.outputs.image * image.channels * positions, batch, image.channels, positions, rows);
  for (const auto& action : program.actions) action();
}

}  // namespace tnn::onednn
