#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "graph/graph.h"

namespace tnn {

/// The active groups of one gate, by rising index. A prefix 0..d-1 under NESTED gating, any subset else.
class ActiveGroups {
 public:
  ActiveGroups() = default;
  /// The first `count` of `groups`.
  static ActiveGroups first(int groups, int count);
  /// The named ones of `groups`; indices in [0, groups), no duplicates.
  static ActiveGroups of(int groups, std::vector<int> indices);

  int groups() const { return groups_; }
  int count() const { return static_cast<int>(indices_.size()); }
  const std::vector<int>& indices() const { return indices_; }
  bool contains(int group) const;
  bool is_prefix() const { return indices_.empty() || indices_.back() == count() - 1; }
  bool operator==(const ActiveGroups&) const = default;
  /// "1101": one character a group.
  std::string pattern() const;

 private:
  int groups_ = 0;
  std::vector<int> indices_;
};

/// The active groups of every gate of a graph, in the order of its gates: what a network is at one moment.
struct Configuration {
  std::vector<ActiveGroups> gates;
  bool operator==(const Configuration&) const = default;
  const ActiveGroups& of(GateId gate) const { return gates.at(static_cast<size_t>(gate)); }

  /// Every group of every gate active.
  static Configuration full(const Graph& graph);
};

/// Channels [begin, end) of a tensor at full width.
struct ChannelRange {
  int64_t begin = 0, end = 0;
  int64_t size() const { return end - begin; }
  bool operator==(const ChannelRange&) const = default;
};
using ChannelRanges = std::vector<ChannelRange>;

bool branches_active(const std::vector<Branch>& branches, const Configuration& configuration);
/// The channels of a tensor that exist in a configuration, merged and rising, as ranges of the channels at full width.
ChannelRanges active_channels(const Graph& graph, const TensorShape& shape, const Configuration& configuration);
int64_t count_channels(const ChannelRanges& ranges);

}  // namespace tnn
