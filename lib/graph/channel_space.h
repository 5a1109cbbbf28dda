#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tnn {

using GateId = int;
enum SpaceId : int {};  // a type of its own: a number of channels is not a space
using NodeId = int;
constexpr int kNone = -1;

/// What a gate opens and closes (DTNN 3.2.1): groups of channels of one or more channel spaces (WIDTHWISE), or whole regions of nodes
/// whose result is added (Eq. 3) or concatenated (DEPTHWISE).
enum class GateKind { channel, branch };

/// One gate over D transformations; several throttleable blocks may share it.
struct Gate {
  std::string name;
  GateKind kind = GateKind::channel;
  int groups = 1;      ///< D, the cardinality
  int min_active = 1;  ///< groups that stay open at every utilization: at least 1 where an empty result would cut the network
  bool operator==(const Gate&) const = default;
};

/// The channel dimension that nodes share: C channels in D groups. Group k holds the channels [floor(kC/D), floor((k+1)C/D)): where D does
/// not divide C, sizes differ by at most one. Without a gate, D is 1 and every channel is always active.
struct ChannelSpace {
  std::string name;
  int64_t channels = 0;
  GateId gate = kNone;
  int groups = 1;

  int64_t group_begin(int group) const { return group * channels / groups; }
  bool operator==(const ChannelSpace&) const = default;
};

/// Membership in a region that a branch gate switches: transformation `index` of the gate.
struct Branch {
  GateId gate = kNone;
  int index = 0;
  bool operator==(const Branch&) const = default;
};

/// A stretch of a tensor's channels: one channel space, each channel repeated (a flatten repeats by the number of positions), present only
/// while all its branches are active.
struct Part {
  SpaceId space{kNone};
  int64_t repeat = 1;
  std::vector<Branch> branches;
  bool operator==(const Part&) const = default;
};

/// The shape of one sample of a tensor: parts side by side in the channel dimension, then the spatial extent ({H, W}, {T, H, W}, or {}).
struct TensorShape {
  std::vector<Part> parts;
  std::vector<int64_t> extent;
  int64_t regions = 1;  ///< how many of these a sample has: more than one from a RoiAlign on, where their true number is the run's

  int64_t positions() const {
    int64_t product = 1;
    for (const int64_t size : extent) product *= size;
    return product;
  }
  bool operator==(const TensorShape&) const = default;
};

}  // namespace tnn
