#include "gating/configuration.h"

#include <algorithm>
#include <cassert>
#include <numeric>

namespace tnn {

ActiveGroups ActiveGroups::first(int groups, int count) {
  std::vector<int> indices(static_cast<size_t>(count));
  std::iota(indices.begin(), indices.end(), 0);
  return of(groups, std::move(indices));
}

ActiveGroups ActiveGroups::of(int groups, std::vector<int> indices) {
  std::sort(indices.begin(), indices.end());
  assert(indices.empty() || (indices.front() >= 0 && indices.back() < groups));
  assert(std::adjacent_find(indices.begin(), indices.end()) == indices.end());
  ActiveGroups active;
  active.groups_ = groups;
  active.indices_ = std::move(indices);
  return active;
}

bool ActiveGroups::contains(int group) const { return std::binary_search(indices_.begin(), indices_.end(), group); }

std::string ActiveGroups::pattern() const {
  std::string text(static_cast<size_t>(groups_), '0');
  for (const int index : indices_) text[static_cast<size_t>(index)] = '1';
  return text;
}

Configuration Configuration::full(const Graph& graph) {
  Configuration configuration;
  for (const Gate& gate : graph.gates()) configuration.gates.push_back(ActiveGroups::first(gate.groups, gate.groups));
  return configuration;
}

bool branches_active(const std::vector<Branch>& branches, const Configuration& configuration) {
  return std::all_of(branches.begin(), branches.end(),
                     [&](const Branch& branch) { return configuration.of(branch.gate).contains(branch.index); });
}

ChannelRanges active_channels(const Graph& graph, const TensorShape& shape, const Configuration& configuration) {
  ChannelRanges ranges;
  const auto append = [&](int64_t begin, int64_t end) {
    if (!ranges.empty() && ranges.back().end == begin)
      ranges.back().end = end;
    else if (end > begin)
      ranges.push_back({begin, end});
  };
  int64_t offset = 0;
  for (const Part& part : shape.parts) {
    const ChannelSpace& space = graph.space(part.space);
    if (branches_active(part.branches, configuration)) {
      if (space.gate == kNone)
        append(offset, offset + space.channels * part.repeat);
      else
        for (const int group : configuration.of(space.gate).indices())
          append(offset + space.group_begin(group) * part.repeat, offset + space.group_begin(group + 1) * part.repeat);
    }
    offset += space.channels * part.repeat;
  }
  return ranges;
}

int64_t count_channels(const ChannelRanges& ranges) {
  int64_t count = 0;
  for (const ChannelRange& range : ranges) count += range.size();
  return count;
}

}  // namespace tnn
