#include "runtime/lowering/rewriting.h"

#include <algorithm>

namespace tnn {
namespace {

void add_branches(std::vector<Branch>& branches, const std::vector<Branch>& more) {
  for (const Branch& branch : more)
    if (std::find(branches.begin(), branches.end(), branch) == branches.end()) branches.push_back(branch);
}

}  // namespace

void substitute(Plan& plan, ValueId value, const Operand& operand) {
  const auto rewrite = [&](Operand& read) {
    Operand result;
    for (const Segment& segment : read) {
      if (segment.value != value) {
        result.push_back(segment);
        continue;
      }
      for (Segment part : operand) {
        part.flattened = part.flattened || segment.flattened;
        add_branches(part.branches, segment.branches);
        result.push_back(std::move(part));
      }
    }
    read = std::move(result);
  };
  for (Step& step : plan.steps) for_each_operand(step, rewrite);
  for (PlanOutput& output : plan.outputs) rewrite(output.operand);
}

Operand within(const Plan& plan, Operand operand, const std::vector<Branch>& branches) {
  for (Segment& segment : operand) {
    const auto& parts = plan.value(segment.value).shape.parts;
    for (const Branch& branch : branches) {
      const bool implied = std::all_of(parts.begin(), parts.end(), [&](const Part& part) {
        return std::find(part.branches.begin(), part.branches.end(), branch) != part.branches.end();
      });
      if (!implied) add_branches(segment.branches, {branch});
    }
  }
  return operand;
}

Producers::Producers(const Plan& plan) : writer_(plan.values.size(), kNone), reads_(count_reads(plan)) {
  for (size_t i = 0; i < plan.steps.size(); ++i) writer_[static_cast<size_t>(plan.steps[i].output)] = static_cast<int>(i);
}

int Producers::only_source(const Operand& operand) const {
  if (operand.size() != 1 || !operand.front().is_plain()) return kNone;
  const ValueId value = operand.front().value;
  return reads_[static_cast<size_t>(value)] == 1 ? writer(value) : kNone;
}

void Producers::merge(Step& earlier, int index, Step& later) {
  earlier.name += "+" + later.name;
  earlier.output = later.output;
  writer_[static_cast<size_t>(later.output)] = index;
  later.output = kNone;
}

void drop_merged(Plan& plan) {
  plan.steps.erase(std::remove_if(plan.steps.begin(), plan.steps.end(), [](const Step& step) { return step.output == kNone; }),
                   plan.steps.end());
}

}  // namespace tnn
