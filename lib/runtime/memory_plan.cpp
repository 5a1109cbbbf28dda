#include "runtime/memory_plan.h"

#include <algorithm>
#include <numeric>

#include "graph/node_traits.h"

namespace tnn {
namespace {

/// The operands that a step reads at a point.
std::vector<const Operand*> operands_read(const Step& step, const StepAtPoint& at) {
  std::vector<const Operand*> operands;
  if (at.mode == StepMode::run)
    for (const Operand& input : step.inputs) operands.push_back(&input);
  if (step.epilogue.residual && (at.adds_residual || at.mode == StepMode::residual_only))
    operands.push_back(&step.epilogue.residual->operand);
  return operands;
}

bool reads(const Operand& operand, ValueId value) {
  return std::any_of(operand.begin(), operand.end(), [&](const Segment& segment) { return segment.value == value; });
}

/// Values that share one place, as they are placed: written over each other in turn.
struct Block {
  Lifetime life;
  int64_t bytes = 0, offset = 0;
};

/// The lowest offset where a block fits beside those already placed.
int64_t lowest_place(const Block& block, const std::vector<Block>& placed) {
  std::vector<const Block*> neighbours;
  for (const Block& other : placed)
    if (other.life.meets(block.life)) neighbours.push_back(&other);
  std::sort(neighbours.begin(), neighbours.end(), [](const Block* a, const Block* b) { return a->offset < b->offset; });
  int64_t offset = 0;
  for (const Block* other : neighbours) {
    if (offset + block.bytes <= other->offset) break;
    offset = std::max(offset, other->offset + other->bytes);
  }
  return offset;
}

/// The memory of one operating point.
class PointMemory {
 public:
  PointMemory(const Plan& plan, int point, const BufferRules& rules)
      : plan_(plan), at_(plan.points[static_cast<size_t>(point)]), lives_(lifetimes(plan, at_)), block_of_(plan.values.size(), kNone) {
    if (rules.adjust) rules.adjust(lives_, point);
    make_blocks(point, rules);
    place();
  }
  std::vector<int64_t> offsets() const {
    std::vector<int64_t> offsets;
    for (const int block : block_of_) offsets.push_back(block == kNone ? kNone : blocks_[static_cast<size_t>(block)].offset);
    return offsets;
  }
  int64_t bytes() const { return bytes_; }

 private:
  void make_blocks(int point, const BufferRules& rules) {
    const auto add = [&](ValueId value, ValueId over) {
      const Lifetime& life = lives_[static_cast<size_t>(value)];
      const int64_t bytes = rules.bytes(value, point);
      if (!life.is_live() || bytes == 0) return;
      const int shared = over == kNone ? kNone : block_of_[static_cast<size_t>(over)];
      if (shared != kNone && rules.same_layout && rules.same_layout(over, value, point)) {
        Block& block = blocks_[static_cast<size_t>(shared)];
        block.life.end = std::max(block.life.end, life.end);
        block.bytes = std::max(block.bytes, aligned(bytes, rules.alignment));
        block_of_[static_cast<size_t>(value)] = shared;
        return;
      }
      block_of_[static_cast<size_t>(value)] = static_cast<int>(blocks_.size());
      blocks_.push_back({life, aligned(bytes, rules.alignment), 0});
    };
    add(0, kNone);
    for (size_t i = 0; i < plan_.steps.size(); ++i) add(plan_.steps[i].output, overwritable_operand(plan_, at_, i, lives_));
  }

  static int64_t aligned(int64_t bytes, int64_t alignment) { return (bytes + alignment - 1) / alignment * alignment; }

  void place() {
    std::vector<size_t> order(blocks_.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return blocks_[a].bytes > blocks_[b].bytes; });
    std::vector<Block> placed;
    for (const size_t i : order) {
      blocks_[i].offset = lowest_place(blocks_[i], placed);
      placed.push_back(blocks_[i]);
      bytes_ = std::max(bytes_, blocks_[i].offset + blocks_[i].bytes);
    }
  }

  const Plan& plan_;
  const PlanPoint& at_;
  std::vector<Lifetime> lives_;
  std::vector<Block> blocks_;
  std::vector<int> block_of_;  // of each value
  int64_t bytes_ = 0;
};

}  // namespace

std::vector<Lifetime> lifetimes(const Plan& plan, const PlanPoint& point) {
  std::vector<Lifetime> lives(plan.values.size());
  const auto extend = [&](const Operand& operand, int step) {
    for (const Segment& segment : operand) {
      if (active_channels(point, segment).empty()) continue;
      int& end = lives[static_cast<size_t>(segment.value)].end;
      end = std::max(end, step);
    }
  };
  lives.front() = {-1, -1};
  const auto count = static_cast<int>(plan.steps.size());
  for (int i = 0; i < count; ++i) {
    const Step& step = plan.steps[static_cast<size_t>(i)];
    const StepAtPoint& at = point.steps[static_cast<size_t>(i)];
    if (at.mode == StepMode::skip) continue;
    lives[static_cast<size_t>(step.output)] = {i, i};
    for (const Operand* operand : operands_read(step, at)) extend(*operand, i);
  }
  const std::vector<size_t> ready = steps_before_outputs(plan);
  for (size_t i = 0; i < plan.outputs.size(); ++i) extend(plan.outputs[i].operand, static_cast<int>(ready[i]));
  return lives;
}

ValueId overwritable_operand(const Plan& plan, const PlanPoint& point, size_t index, const std::vector<Lifetime>& lives) {
  const Step& step = plan.steps[index];
  const StepAtPoint& at = point.steps[index];
  if (at.mode == StepMode::skip) return kNone;
  const auto operands = operands_read(step, at);
  for (const Operand* candidate : operands) {
    const bool residual = step.epilogue.residual && candidate == &step.epilogue.residual->operand;
    if (!residual && !traits_of(step.operation).works_in_place) continue;
    if (candidate->size() != 1 || !candidate->front().is_plain()) continue;
    const ValueId value = candidate->front().value;
    if (value == 0 || lives[static_cast<size_t>(value)].end != static_cast<int>(index)) continue;
    if (point.channels[static_cast<size_t>(value)] != point.channels[static_cast<size_t>(step.output)]) continue;
    // Another operand must not read what is overwritten at other places (a convolution of its own residual).
    const bool read_elsewhere =
        std::any_of(operands.begin(), operands.end(), [&](const Operand* other) { return other != candidate && reads(*other, value); });
    if (!read_elsewhere) return value;
  }
  return kNone;
}

MemoryPlan plan_memory(const Plan& plan, const BufferRules& rules) {
  MemoryPlan result;
  for (int point = 0; point < static_cast<int>(plan.points.size()); ++point) {
    const PointMemory memory(plan, point, rules);
    result.offsets.push_back(memory.offsets());
    result.arena_bytes = std::max(result.arena_bytes, memory.bytes());
  }
  return result;
}

}  // namespace tnn
