#include "conversion/coupled_channels.h"

#include <map>
#include <numeric>

namespace tnn {
namespace {

/// Joins spaces into sets, and notes which sets keep their order.
class Coupling {
 public:
  explicit Coupling(const Graph& graph) : graph_(graph), parents_(graph.spaces().size()) {
    std::iota(parents_.begin(), parents_.end(), size_t{0});
    fixed_.resize(parents_.size());
    used_.resize(parents_.size());
    groups_.resize(parents_.size());
    for (const Node& node : graph.nodes()) read(node);
    for (const Output& output : graph.outputs()) fix(graph.shape(output));
  }

  std::vector<CoupledChannels> sets() {
    std::map<size_t, CoupledChannels> by_root;
    std::map<size_t, bool> fixed;
    std::map<size_t, int64_t> groups;
    for (size_t i = 0; i < parents_.size(); ++i) {
      if (!used_[i]) continue;
      const size_t root = root_of(i);
      by_root[root].spaces.push_back(SpaceId{static_cast<int>(i)});
      fixed[root] = fixed[root] || fixed_[i];
      groups[root] = std::gcd(groups[root], groups_[i]);
    }
    std::vector<CoupledChannels> free;
    for (auto& [root, set] : by_root) {
      if (fixed[root]) continue;
      set.units = groups[root] > 0 ? groups[root] : graph_.space(set.spaces.front()).channels;
      free.push_back(std::move(set));
    }
    return free;
  }

 private:
  static size_t index(SpaceId space) { return static_cast<size_t>(space); }
  /// The set's first space.
  size_t root_of(size_t space) {
    while (parents_[space] != space) space = parents_[space] = parents_[parents_[space]];
    return space;
  }
  void join(SpaceId a, SpaceId b) {
    const size_t first = root_of(index(a)), second = root_of(index(b));
    parents_[std::max(first, second)] = std::min(first, second);
  }
  void fix(const TensorShape& shape) {
    for (const Part& part : shape.parts) fixed_[index(part.space)] = true;
  }

  void read(const Node& node) {
    for (const Part& part : node.shape.parts) used_[index(part.space)] = true;
    std::visit(Match{[&](const Input&) { fix(node.shape); },
                     [&](const Convolution& c) {
                       if (!c.depthwise && c.groups > 1) tie(node, c.groups);
                     },
                     [&](const OneOf<ChannelShuffle, ChannelPad> auto&) {
                       fix(graph_.input_shape(node));
                       fix(node.shape);
                     },
                     [](const OneOf<Linear, BatchNorm, LayerNorm, Activation, Pool, GlobalPool, Add, Concat, Flatten, Dropout, Upsample,
                                    RoiAlign> auto&) {}},
               node.operation);
  }

  /// Inputs and outputs of a grouped convolution: its groups move as a whole. Of inputs that are several tensors side by side, a group may
  /// hold channels of two: then nothing moves.
  void tie(const Node& node, int64_t groups) {
    const TensorShape& input = graph_.input_shape(node);
    if (input.parts.size() > 1 || input.parts.front().repeat != 1) {
      fix(input);
      fix(node.shape);
      return;
    }
    const SpaceId from = input.parts.front().space, to = node.shape.parts.front().space;
    join(from, to);
    for (const SpaceId space : {from, to}) groups_[index(space)] = std::gcd(groups_[index(space)], groups);
  }

  const Graph& graph_;
  std::vector<size_t> parents_;
  std::vector<bool> fixed_, used_;
  std::vector<int64_t> groups_;  ///< of each space: the greatest divisor of its grouped convolutions' groups; 0: none
};

}  // namespace

std::vector<CoupledChannels> coupled_channels(const Graph& graph) { return Coupling(graph).sets(); }

}  // namespace tnn
