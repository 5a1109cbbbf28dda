#include "runtime/memory_plan.h"

#include "catch_compat.h"
#include "random_graph.h"
#include "runtime/lowering/passes.h"

using namespace tnn;

namespace {

/// Writes every result into an arena of value ids, as a run would, and looks at each operand when it is read. What is wrong first, or "".
std::string wrong_in_replay(const Plan& plan, const MemoryPlan& memory, const BufferRules& rules, int point) {
  const PlanPoint& at = plan.points[static_cast<size_t>(point)];
  std::vector<ValueId> arena(static_cast<size_t>(memory.arena_bytes), kNone);
  std::string wrong;
  const auto note = [&](ValueId value, const char* what) {
    if (wrong.empty()) wrong = "value " + std::to_string(value) + what + ", point " + std::to_string(point);
  };
  const auto write = [&](ValueId value) {
    if (memory.offset(point, value) + rules.bytes(value, point) > memory.arena_bytes) return note(value, " lies beyond the arena");
    const auto begin = arena.begin() + memory.offset(point, value);
    std::fill(begin, begin + rules.bytes(value, point), value);
  };
  const auto read = [&](const Operand& operand) {
    for (const Segment& segment : operand) {
      if (!wrong.empty() || active_channels(at, segment).empty()) continue;
      const auto begin = arena.begin() + memory.offset(point, segment.value);
      const bool held = std::all_of(begin, begin + rules.bytes(segment.value, point), [&](ValueId v) { return v == segment.value; });
      if (!held) note(segment.value, " is overwritten before it is read");
    }
  };
  const std::vector<size_t> complete = steps_before_outputs(plan);
  const auto read_outputs = [&](size_t steps_done) {
    for (size_t o = 0; o < plan.outputs.size(); ++o)
      if (complete[o] == steps_done) read(plan.outputs[o].operand);
  };
  write(0);
  read_outputs(0);
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    if (i > 0) read_outputs(i);
    const Step& step = plan.steps[i];
    if (at.steps[i].mode == StepMode::skip) continue;
    if (at.steps[i].mode == StepMode::run)
      for (const Operand& input : step.inputs) read(input);
    if (at.steps[i].adds_residual) read(step.epilogue.residual->operand);
    write(step.output);
  }
  if (!plan.steps.empty()) read_outputs(plan.steps.size());
  return wrong;
}

BufferRules rules_of(const Plan& plan) {
  return {[&plan](ValueId value, int point) {
            const int64_t channels = count_channels(plan.points[static_cast<size_t>(point)].channels[static_cast<size_t>(value)]);
            return channels * plan.value(value).shape.positions() * 4;
          },
          [](ValueId, ValueId, int) { return true; }};
}

}  // namespace

TEST_CASE("no value is overwritten while it is still needed, at any operating point of random graphs") {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    INFO("seed " << seed);
    GatingRule rule;
    rule.strategy = seed % 2 ? "nested" : "independent";
    const Plan plan = lower(describe_model(RandomGraph(seed).build(), rule, BatchNormMode::shared));
    const BufferRules rules = rules_of(plan);
    const MemoryPlan memory = plan_memory(plan, rules);
    for (int point = 0; point < static_cast<int>(plan.points.size()); ++point) REQUIRE(wrong_in_replay(plan, memory, rules, point) == "");
  }
}

TEST_CASE("an element-wise step is written over an input that dies with it, and a residual sum over its residual") {
  GraphBuilder b("in_place");
  const SpaceId trunk = b.space("trunk", 4);
  const NodeId x = b.convolution("conv1", b.input({4, 8, 8}), trunk, {.window = {{1}, {}, {}, {}}});
  const NodeId y = b.convolution("conv2", b.relu("relu", b.batch_norm("bn", x)), trunk, {.window = {{3}, {}, {1}, {}}});
  const Plan plan = lower(describe_model(b.finish({b.add("add", {x, y})}), {}, BatchNormMode::shared));
  REQUIRE(plan.steps.size() == 3);
  const MemoryPlan memory = plan_memory(plan, rules_of(plan));
  CHECK(memory.offset(0, plan.steps[2].output) == memory.offset(0, plan.steps[0].output));
  CHECK(memory.arena_bytes == 2 * 4 * 64 * 4);  // the input is dead when the second value begins
}
