#pragma once

#include <vector>

#include "runtime/plan.h"

namespace tnn {

/// Every read of `value` becomes a read of `operand`; flattening and branches of both ways of reading add up.
void substitute(Plan& plan, ValueId value, const Operand& operand);

/// An operand as a node of `branches` passes it on: absent while one of them is closed. Branches that the operand's values lie in anyway
/// are not said again.
Operand within(const Plan& plan, Operand operand, const std::vector<Branch>& branches);

/// For passes that merge a step into the one it reads from: who writes a value, and how often it is read.
class Producers {
 public:
  explicit Producers(const Plan& plan);
  /// Index of the step that writes the operand's value, where the operand is that value as it is and this is its only read; else kNone.
  int only_source(const Operand& operand) const;
  /// Index of the step that writes a value; kNone: the network's input.
  int writer(ValueId value) const { return writer_[static_cast<size_t>(value)]; }
  /// `earlier` (index `index`) now computes what `later` did: its name and output go over, and `later` is left for drop_merged().
  void merge(Step& earlier, int index, Step& later);

 private:
  std::vector<int> writer_, reads_;
};

/// Drops steps without output: what a pass merged or replaced.
void drop_merged(Plan& plan);

}  // namespace tnn
