#pragma once

#include <functional>
#include <vector>

#include "runtime/plan.h"

namespace tnn {

/// First to last step (index) that needs a value at a point. The input lives from step -1, an output to one past
/// the step that completes it, before which engines write it out.
struct Lifetime {
  int begin = 0, end = kNone;
  bool is_live() const { return end >= begin; }
  bool meets(const Lifetime& other) const { return begin <= other.end && other.begin <= end; }
};

/// What an engine says of its buffers.
struct BufferRules {
  /// Bytes that a value takes at a point, for the largest batch; 0: it needs no place in the arena (the network's input, read in place).
  std::function<int64_t(ValueId, int point)> bytes;
  /// Whether the second value may be written over the first, element by element, while it is read: same layout. Empty: never.
  std::function<bool(ValueId, ValueId, int point)> same_layout = {};
  int64_t alignment = 64;
  /// Lengthens lifetimes where an engine needs a value earlier or later than the plan says. Empty: nothing to say.
  std::function<void(std::vector<Lifetime>&, int point)> adjust = {};
};

/// Places of all values in one arena. Values that live at the same time never overlap, but for a result that is written over an operand
/// that dies with it.
struct MemoryPlan {
  int64_t arena_bytes = 0;  ///< for the largest point
  /// Of each point, of each value: its place in bytes; kNone where it has none.
  std::vector<std::vector<int64_t>> offsets;

  int64_t offset(int point, ValueId value) const { return offsets[static_cast<size_t>(point)][static_cast<size_t>(value)]; }
};

/// Of each value.
std::vector<Lifetime> lifetimes(const Plan& plan, const PlanPoint& point);

/// An operand that a step may overwrite at a point: element-wise operations their input, weighted ones their residual, where the operand is
/// one plain value that nothing else needs from then on. kNone: there is none.
ValueId overwritable_operand(const Plan& plan, const PlanPoint& point, size_t step, const std::vector<Lifetime>& lifetimes);

/// Places large values first, each at the lowest place that is free for its whole life.
MemoryPlan plan_memory(const Plan& plan, const BufferRules& rules);

}  // namespace tnn
