#include "graph/shape_inference.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.h"

namespace tnn {
namespace {

constexpr int64_t kLargest = int64_t{1} << 24;  // of any window entry or extent: products stay far from overflow

constexpr size_t kMostParts = size_t{1} << 16;        // of one tensor
constexpr size_t kMostSummedParts = size_t{1} << 22;  // of all operands of a sum

void complete_entry(const std::string& node, const char* what, std::vector<int64_t>& entry, size_t dimensions, int64_t smallest,
                    const std::vector<int64_t>& otherwise) {
  if (entry.empty()) entry = otherwise;
  if (entry.size() == 1) entry.assign(dimensions, entry.front());
  if (entry.size() != dimensions)
    throw UsageError(fmt::format("node '{}': {} has {} entries, its input has {} spatial dimensions (allowed: 1 or {})", node, what,
                                 entry.size(), dimensions, dimensions));
  for (const int64_t value : entry)
    if (value < smallest || value > kLargest)
      throw UsageError(fmt::format("node '{}': {} {} is outside [{}, {}]", node, what, value, smallest, kLargest));
}

/// `branches` less `base`, both small.
std::vector<Branch> branches_beyond(const std::vector<Branch>& branches, const std::vector<Branch>& base) {
  std::vector<Branch> beyond;
  for (const Branch& branch : branches)
    if (std::find(base.begin(), base.end(), branch) == base.end()) beyond.push_back(branch);
  return beyond;
}

size_t branch_count(const TensorShape& shape) {
  size_t count = 0;
  for (const Part& part : shape.parts) count += part.branches.size();
  return count;
}

std::string describe_spaces(const Graph& graph, const TensorShape& shape) {
  std::vector<std::string> names;
  constexpr size_t kMostNamed = 8;
  for (const Part& part : shape.parts) {
    names.push_back(names.size() < kMostNamed ? graph.space(part.space).name : "...");
    if (names.size() > kMostNamed) break;
  }
  return fmt::format("[{}] of {}", fmt::join(names, ", "), describe_shape(graph, shape));
}

}  // namespace

Window complete_window(const std::string& node, Window window, size_t dimensions, bool stride_is_kernel) {
  if (dimensions == 0) throw UsageError(fmt::format("node '{}': its input has no spatial dimensions left", node));
  if (window.kernel.empty()) throw UsageError(fmt::format("node '{}': no kernel size is given", node));
  complete_entry(node, "kernel", window.kernel, dimensions, 1, {});
  complete_entry(node, "stride", window.stride, dimensions, 1, stride_is_kernel ? window.kernel : std::vector<int64_t>{1});
  complete_entry(node, "padding", window.padding, dimensions, 0, {0});
  complete_entry(node, "dilation", window.dilation, dimensions, 1, {1});
  return window;
}

std::vector<int64_t> window_extent(const std::string& node, const std::vector<int64_t>& extent, const Window& window, bool ceil_mode) {
  std::vector<int64_t> result;
  for (size_t i = 0; i < extent.size(); ++i) {
    const int64_t reach = window.dilation[i] * (window.kernel[i] - 1) + 1;
    const int64_t room = extent[i] + 2 * window.padding[i] - reach;
    if (room < 0)
      throw UsageError(fmt::format("node '{}': its window spans {} positions in dimension {}, the padded input has {}", node, reach, i,
                                   extent[i] + 2 * window.padding[i]));
    int64_t count = (room + (ceil_mode ? window.stride[i] - 1 : 0)) / window.stride[i] + 1;
    if (ceil_mode && (count - 1) * window.stride[i] >= extent[i] + window.padding[i]) --count;
    result.push_back(count);
  }
  return result;
}

void check_convolution_groups(const Graph& graph, const std::string& node, const TensorShape& input, SpaceId output, int64_t groups) {
  if (groups < 1) throw UsageError(fmt::format("node '{}': groups is {} (allowed: 1 and more)", node, groups));
  if (groups == 1) return;
  const int64_t in = graph.channels(input), out = graph.space(output).channels;
  if (in % groups != 0 || out % groups != 0)
    throw UsageError(fmt::format("node '{}': {} groups do not divide its {} input and {} output channels", node, groups, in, out));
  bool gated = graph.space(output).gate != kNone;
  for (const Part& part : input.parts) gated = gated || graph.space(part.space).gate != kNone || !part.branches.empty();
  if (!gated) return;
  const bool single = input.parts.size() == 1 && input.parts.front().repeat == 1;
  if (!single || graph.space(input.parts.front().space).gate != graph.space(output).gate)
    throw UsageError(
        fmt::format("node '{}': the groups of a convolution follow one gate, but its input {} and its output space '{}' do not share it",
                    node, describe_spaces(graph, input), graph.space(output).name));
  const int cardinality = graph.space(output).groups;
  if (groups % cardinality != 0)
    throw UsageError(fmt::format("node '{}': {} convolution groups cannot open in {} equal steps (the cardinality must divide the groups)",
                                 node, groups, cardinality));
}

TensorShape sum_shape(const Graph& graph, const std::string& node, const std::vector<const TensorShape*>& operands) {
  const TensorShape& base = **std::min_element(operands.begin(), operands.end(),
                                               [](const auto* a, const auto* b) { return branch_count(*a) < branch_count(*b); });
  if (operands.size() * base.parts.size() > kMostSummedParts)
    throw UsageError(fmt::format("node '{}': adds {} operands of {} parts (allowed: {} parts together)", node, operands.size(),
                                 base.parts.size(), kMostSummedParts));
  for (const TensorShape* each : operands) {
    const TensorShape& operand = *each;
    const bool same_layout = operand.extent == base.extent && operand.parts.size() == base.parts.size() &&
                             std::equal(operand.parts.begin(), operand.parts.end(), base.parts.begin(),
                                        [](const Part& a, const Part& b) { return a.space == b.space && a.repeat == b.repeat; });
    if (!same_layout)
      throw UsageError(fmt::format("node '{}': adds different channel spaces: {} and {}", node, describe_spaces(graph, base),
                                   describe_spaces(graph, operand)));
    const auto further = branches_beyond(operand.parts.front().branches, base.parts.front().branches);
    for (size_t i = 0; i < base.parts.size(); ++i) {
      const auto& there = base.parts[i].branches;
      if (!branches_beyond(there, operand.parts[i].branches).empty() || branches_beyond(operand.parts[i].branches, there) != further)
        throw UsageError(fmt::format("node '{}': every operand may be absent: one must lie outside the branches of the others", node));
    }
  }
  return base;
}

TensorShape concat_shape(const Graph& graph, const std::string& node, const std::vector<const TensorShape*>& operands) {
  TensorShape result = *operands.front();
  size_t parts = 0;
  for (const TensorShape* operand : operands) parts += operand->parts.size();
  if (parts > kMostParts) throw UsageError(fmt::format("node '{}': concatenates {} parts (allowed: {})", node, parts, kMostParts));
  for (size_t i = 1; i < operands.size(); ++i) {
    if (operands[i]->extent != result.extent)
      throw UsageError(fmt::format("node '{}': concatenates different extents: {} and {}", node, describe_shape(graph, result),
                                   describe_shape(graph, *operands[i])));
    result.parts.insert(result.parts.end(), operands[i]->parts.begin(), operands[i]->parts.end());
  }
  return result;
}

}  // namespace tnn
