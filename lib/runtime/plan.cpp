#include "runtime/plan.h"

#include <algorithm>

namespace tnn {

std::vector<int> count_reads(const Plan& plan) {
  std::vector<int> reads(plan.values.size());
  const auto count = [&](const Operand& operand) {
    for (const Segment& segment : operand) ++reads[static_cast<size_t>(segment.value)];
  };
  for (const Step& step : plan.steps) for_each_operand(step, count);
  for (const PlanOutput& output : plan.outputs) count(output.operand);
  return reads;
}

std::vector<size_t> steps_before_outputs(const Plan& plan) {
  std::vector<size_t> written(plan.values.size());
  for (size_t i = 0; i < plan.steps.size(); ++i) written[static_cast<size_t>(plan.steps[i].output)] = i + 1;
  std::vector<size_t> steps;
  for (const PlanOutput& output : plan.outputs) {
    steps.push_back(0);
    for (const Segment& segment : output.operand) steps.back() = std::max(steps.back(), written[static_cast<size_t>(segment.value)]);
  }
  return steps;
}

const ChannelRanges& active_channels(const PlanPoint& point, const Segment& segment) {
  static const ChannelRanges none;
  return branches_active(segment.branches, point.configuration) ? point.channels[static_cast<size_t>(segment.value)] : none;
}

namespace {

int64_t features_per_channel(const Plan& plan, const Segment& segment) {
  return segment.flattened ? plan.value(segment.value).shape.positions() : 1;
}

}  // namespace

int64_t count_channels(const Plan& plan, const PlanPoint& point, const Operand& operand) {
  int64_t sum = 0;
  for (const Segment& segment : operand) sum += count_channels(active_channels(point, segment)) * features_per_channel(plan, segment);
  return sum;
}

int64_t full_channels(const Plan& plan, const Operand& operand) {
  int64_t sum = 0;
  for (const Segment& segment : operand) sum += plan.value(segment.value).channels * features_per_channel(plan, segment);
  return sum;
}

const std::vector<int64_t>& operand_extent(const Plan& plan, const Operand& operand) {
  static const std::vector<int64_t> features;
  const Segment& first = operand.front();
  return first.flattened ? features : plan.value(first.value).extent();
}

int64_t full_numbers(const Plan& plan, const Operand& operand) {
  int64_t numbers = full_channels(plan, operand);
  for (const int64_t size : operand_extent(plan, operand)) numbers *= size;
  return numbers;
}

bool is_present(const Plan& plan, const PlanPoint& point, const Operand& operand, ValueId sum) {
  return count_channels(plan, point, operand) == count_channels(point.channels[static_cast<size_t>(sum)]);
}

}  // namespace tnn
