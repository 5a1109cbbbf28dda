#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "graph/channel_space.h"

namespace tnn {

/// A sliding window over 2 or 3 spatial dimensions; one entry a dimension.
struct Window {
  std::vector<int64_t> kernel, stride, padding, dilation;
  bool operator==(const Window&) const = default;
};

/// The network's input: image {C, H, W} or clip {C, T, H, W}.
struct Input {
  bool operator==(const Input&) const = default;
};

/// Convolution, 2d or 3d by its window. Weight [out, in / groups, kernel...]. Depthwise: one filter a channel, output space = input space.
struct Convolution {
  Window window;
  int64_t groups = 1;
  bool depthwise = false;
  bool bias = true;
  std::string weights_of = {};  ///< another convolution, of the same spaces, whose weight and bias it uses; empty: it has its own
  bool operator==(const Convolution&) const = default;
};

/// Fully connected layer on a flattened tensor. Weight [out, in].
struct Linear {
  bool bias = true;
  bool operator==(const Linear&) const = default;
};

/// Batch normalisation over samples and positions, one scale, shift, mean and variance a channel.
struct BatchNorm {
  double epsilon = 1e-5;
  double momentum = 0.1;
  bool operator==(const BatchNorm&) const = default;
};

/// Layer normalisation over the active channels, of each sample and position by itself: (x - mean) / sqrt(variance + epsilon) times a gain
/// plus a bias a channel. As PyTorch's LayerNorm over the channels, ConvNeXt's over those of an image.
struct LayerNorm {
  double epsilon = 1e-6;
  bool operator==(const LayerNorm&) const = default;
};

enum class ActivationKind { relu, relu6, sigmoid };
struct Activation {
  ActivationKind kind = ActivationKind::relu;
  bool operator==(const Activation&) const = default;
};

enum class PoolKind { max, average };
/// Pooling, 2d or 3d by its window (dilation 1). Average pooling counts padding, as LibTorch does by default.
struct Pool {
  PoolKind kind = PoolKind::max;
  Window window;
  bool ceil_mode = false;
  bool operator==(const Pool&) const = default;
};

/// Pooling over all positions; the extent becomes 1 in each dimension.
struct GlobalPool {
  PoolKind kind = PoolKind::average;
  bool operator==(const GlobalPool&) const = default;
};

/// Element-wise sum of tensors over the same channel spaces; an operand inside a branch is left out while the branch is closed.
struct Add {
  bool operator==(const Add&) const = default;
};

/// Channels side by side.
struct Concat {
  bool operator==(const Concat&) const = default;
};

/// {C, H, W} to {C * H * W}, channel-major.
struct Flatten {
  bool operator==(const Flatten&) const = default;
};

struct Dropout {
  double probability = 0.5;
  bool operator==(const Dropout&) const = default;
};

/// ShuffleNet's permutation: channels seen as groups x n become n x groups. On ungated channels only.
struct ChannelShuffle {
  int64_t groups = 1;
  bool operator==(const ChannelShuffle&) const = default;
};

/// Zero channels before and after those of the input: ResNet's option A shortcut, after a subsampling. On ungated channels only.
struct ChannelPad {
  int64_t before = 0;  ///< zero channels in front; those behind fill the output space
  bool operator==(const ChannelPad&) const = default;
};

/// Nearest-neighbour interpolation by a whole factor: each position becomes `factor` of them in every dimension.
struct Upsample {
  int64_t factor = 2;
  bool operator==(const Upsample&) const = default;
};

/// RoIAlign (He et al. 2017, 3): from here on the graph's samples are regions of the images, which whoever runs it chooses from the outputs
/// before (the head of a two-stage detector). {C, H, W} becomes {C, size, size} for each region; see detection/roi_align.h. Of several
/// inputs, the levels of a feature pyramid from the finest on, each region reads the one that fits its size (Lin et al. 2017, Eq. 1).
struct RoiAlign {
  int64_t size = 7;     ///< bins a side
  int64_t ratio = 2;    ///< samples of a bin a side; 0: as many as it has places
  int64_t regions = 1;  ///< of an image, as costs count them
  bool aligned = true;  ///< places are half a place before their pixels; false: as torchvision's detectors have it
  bool operator==(const RoiAlign&) const = default;
};

/// The kinds of nodes. A new kind is one struct here; what it leaves out anywhere does not compile (node_traits.h, Match).
using Operation = std::variant<Input, Convolution, Linear, BatchNorm, LayerNorm, Activation, Pool, GlobalPool, Add, Concat, Flatten,
                               Dropout, ChannelShuffle, ChannelPad, Upsample, RoiAlign>;

/// The name of an operation in JSON, listings and errors: "convolution", "batch_norm", "relu", ...
std::string kind_name(const Operation& operation);

/// An operation of every name: all kinds, and of those with several forms (activation, pooling) each form; else with default values.
std::vector<Operation> every_kind();

/// One step of the network. `shape` is inferred from the inputs.
struct Node {
  std::string name;
  Operation operation;
  std::vector<NodeId> inputs;
  std::vector<Branch> branches;  ///< the regions it lies in; it runs only while all are active
  TensorShape shape;             ///< of its output
  bool operator==(const Node&) const = default;
};

/// Calls the one of several lambdas that takes the operation's type. Where one kind has no lambda, it does not compile; so none takes
/// `const auto&`: kinds that are treated alike are named, by OneOf.
template <typename... Cases>
struct Match : Cases... {
  using Cases::operator()...;
};
template <typename... Cases>
Match(Cases...) -> Match<Cases...>;

/// For a lambda that takes several kinds: [](const OneOf<Input, Concat> auto& operation) { ... }.
template <typename Kind, typename... Kinds>
concept OneOf = (std::same_as<Kind, Kinds> || ...);

/// Throws the UsageError "<reader> cannot compute 'name', a node of kind 'flatten'": for readers that have no way to compute a kind.
[[noreturn]] void refuse_kind(const std::string& reader, const std::string& node, const Operation& operation);

}  // namespace tnn
