#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "core/random_stream.h"
#include "graph/graph_builder.h"

/// Declares random throttleable networks that use every node kind: shared gates, odd channel counts, D from 1 to C, grouped and depthwise
/// convolutions, residual and concatenated branches, 2d and 3d; in a third of the cases with a second output, spatial or gated or neither.
/// A fifth of the seeds from 8 on have an upsampling, too (upsamples()), which GPUs do not compute. For properties that must hold for any
/// graph. The first output is always five logits.
class RandomGraph {
 public:
  explicit RandomGraph(uint64_t seed) : random_(seed), b_("random" + std::to_string(seed)), upsamples_(upsamples(seed)) {}
  static bool upsamples(uint64_t seed) { return seed >= 8 && seed % 5 == 3; }

  tnn::Graph build() {
    const bool clip = pick(5) == 0;
    const int64_t size = 5 + pick(4);
    x_ = clip ? b_.input({1 + pick(3), 4 + pick(3), size, size}) : b_.input({1 + pick(3), size, size + pick(2)});
    dims_ = clip ? 3 : 2;
    convolution(3);
    for (int64_t steps = 3 + pick(5); steps > 0; --steps) {
      step();
      note();
      if (!upsamples_) continue;
      x_ = b_.upsample(name("upsample"), x_, 2 + pick(2));
      upsamples_ = false;
      note();
    }
    if (pick(2)) x_ = b_.global_pool(name("global"), x_, pick(2) ? tnn::PoolKind::average : tnn::PoolKind::max);
    note();
    x_ = b_.flatten(name("flatten"), x_);
    note();
    if (pick(2)) {
      const int64_t features = width();
      x_ = b_.linear(name("fc"), x_, features, gate_for(features), {.bias = pick(2) == 0});
      if (pick(2)) x_ = b_.batch_norm(name("bn"), x_);
      x_ = b_.relu(name("relu"), x_);
      note();
    }
    if (pick(4) == 0) x_ = b_.dropout(name("dropout"), x_, 0.25);
    const tnn::NodeId logits = b_.linear(name("classifier"), x_, 5);
    if (pick(3) != 0 || always_there_.empty()) return b_.finish({logits});
    const tnn::NodeId second = always_there_[static_cast<size_t>(pick(always_there_.size()))];
    return pick(2) ? b_.finish({logits, second}) : b_.finish({logits, second}, {"logits", "features"});
  }

 private:
  using Window = tnn::Window;
  int64_t pick(uint64_t count) { return static_cast<int64_t>(random_.below(count)); }
  /// The value in hand can be an output: no branch may leave out a part of it.
  void note() {
    const auto& parts = b_.shape(x_).parts;
    if (std::all_of(parts.begin(), parts.end(), [](const tnn::Part& part) { return part.branches.empty(); })) always_there_.push_back(x_);
  }
  std::string name(const char* kind) { return kind + std::to_string(++counter_); }
  int64_t width() { return 3 + pick(14); }

  /// No gate, a new one, or the one before where it fits.
  tnn::GateId gate_for(int64_t channels) {
    const int64_t choice = pick(4);
    if (choice == 0) return tnn::kNone;
    if (choice == 1 && last_gate_ != tnn::kNone && last_cardinality_ <= channels) return last_gate_;
    last_cardinality_ = 1 + pick(static_cast<uint64_t>(channels));
    return last_gate_ = b_.channel_gate(name("gate"), static_cast<int>(last_cardinality_));
  }

  /// Of equal sides; of clips, in a quarter of the cases, one that leaves each frame by itself, or every frame there.
  Window window(int64_t kernel, int64_t padding, int64_t stride = 1, int64_t dilation = 1) {
    const int64_t choice = dims_ == 3 ? pick(8) : 0;
    if (choice == 1) return {{1, kernel, kernel}, {1, stride, stride}, {0, padding, padding}, {1, dilation, dilation}};
    if (choice == 2) return {{kernel}, {1, stride, stride}, {padding}, {dilation}};
    return {{kernel}, {stride}, {padding}, {dilation}};
  }
  int64_t smallest_extent() {
    int64_t smallest = 1000;
    for (const int64_t size : b_.shape(x_).extent) smallest = std::min(smallest, size);
    return smallest;
  }

  void convolution(int64_t kernel) {
    const int64_t channels = width();
    const bool dilated = smallest_extent() >= 5 && pick(4) == 0;
    x_ = b_.convolution(
        name("conv"), x_, channels, gate_for(channels),
        {.window = window(kernel, (kernel - 1) / 2 * (dilated ? 2 : 1), smallest_extent() >= 5 && pick(4) == 0 ? 2 : 1, dilated ? 2 : 1),
         .bias = pick(2) == 0});
  }

  void grouped() {
    const int64_t groups = 2 + pick(3), channels = groups * (1 + pick(3));
    int64_t cardinality = groups;
    if (groups == 4 && pick(2)) cardinality = 2;
    const tnn::GateId gate = pick(3) ? b_.channel_gate(name("gate"), static_cast<int>(cardinality)) : tnn::kNone;
    const tnn::SpaceId inner = b_.space(name("inner"), channels, gate);
    x_ = b_.convolution(name("conv"), x_, inner, {.window = window(1, 0)});
    x_ = b_.batch_norm(name("bn"), x_);
    x_ = b_.convolution(name("grouped"), x_, b_.space(name("out"), channels * (1 + pick(2)), gate),
                        {.window = window(3, 1), .groups = groups});
  }

  /// x + branches, each behind a branch gate (Eq. 3); the trunk's space is shared.
  void residual() {
    const int64_t channels = width();
    const tnn::SpaceId trunk = b_.space(name("trunk"), channels, gate_for(channels));
    x_ = b_.convolution(name("conv"), x_, trunk, {.window = window(1, 0)});
    const int blocks = static_cast<int>(1 + pick(3));
    const tnn::GateId gate = b_.branch_gate(name("depth"), blocks);
    for (int i = 0; i < blocks; ++i) {
      b_.begin_branch(gate, i);
      tnn::NodeId y = x_;
      if (pick(2)) y = b_.relu(name("relu"), b_.batch_norm(name("bn"), y));
      const int64_t inner = width();
      if (pick(2)) y = b_.relu(name("relu"), b_.convolution(name("conv"), y, inner, gate_for(inner), {.window = window(3, 1)}));
      if (pick(4))
        y = b_.convolution(name("conv"), y, trunk, {.window = window(1, 0)});
      else
        y = b_.convolution(name("conv"), y, trunk, {.window = window(3, 1), .bias = false});
      if (pick(2)) y = b_.batch_norm(name("bn"), y);
      b_.end_branch();
      x_ = b_.add(name("add"), pick(2) ? std::vector{x_, y} : std::vector{y, x_});
    }
  }

  /// Dense layers: each a branch whose result is concatenated.
  void dense() {
    const int layers = static_cast<int>(1 + pick(3));
    const tnn::GateId depth = b_.branch_gate(name("layers"), layers);
    for (int i = 0; i < layers; ++i) {
      b_.begin_branch(depth, i);
      const int64_t growth = 2 + pick(4);
      tnn::NodeId y = b_.relu(name("relu"), b_.batch_norm(name("bn"), x_));
      y = b_.convolution(name("conv"), y, growth, pick(2) ? tnn::kNone : gate_for(growth), {.window = window(3, 1), .bias = false});
      b_.end_branch();
      x_ = b_.concat(name("concat"), {x_, y});
    }
  }

  /// A permutation of the channels, or a subsampling and zero channels on both sides (an option A shortcut).
  void rearrange() {
    x_ = b_.convolution(name("conv"), x_, 6, tnn::kNone, {.window = window(1, 0)});
    const int64_t choice = pick(4);
    if (choice < 2) {
      x_ = b_.channel_shuffle(name("shuffle"), x_, choice == 0 ? 3 : 2);
      return;
    }
    if (smallest_extent() >= 3) x_ = b_.pool(name("subsample"), x_, {tnn::PoolKind::max, window(1, 0, 2)});
    const int64_t before = pick(3);
    x_ = b_.channel_pad(name("pad"), x_, b_.space(name("padded"), 6 + before + pick(3)), before);
  }

  /// With an epsilon that keeps rounding small where a few channels are nearly equal.
  void layer_norm() {
    x_ = b_.layer_norm(name("ln"), x_, {.epsilon = pick(2) ? 0.1 : 0.01});
    if (pick(2)) x_ = b_.activation(name("act"), x_, static_cast<tnn::ActivationKind>(pick(3)));
  }

  void step() {
    switch (pick(12)) {
      case 0:
        convolution(1);
        break;
      case 1:
        convolution(3);
        break;
      case 2:
        x_ = b_.batch_norm(name("bn"), x_);
        break;
      case 3:
        x_ = b_.activation(name("act"), x_, static_cast<tnn::ActivationKind>(pick(3)));
        break;
      case 4:
        if (smallest_extent() >= 3)
          x_ = b_.pool(name("pool"), x_,
                       {pick(2) ? tnn::PoolKind::max : tnn::PoolKind::average, window(2 + pick(2), pick(2), 2), pick(2) == 0});
        else if (dims_ == 3)
          x_ = b_.pool(name("pool"), x_, {pick(2) ? tnn::PoolKind::max : tnn::PoolKind::average, window(3, 1, 2), pick(2) == 0});
        break;
      case 5:
        x_ = b_.depthwise_convolution(name("depthwise"), x_, window(3, 1, dims_ == 3 && smallest_extent() >= 4 ? 1 + pick(2) : 1),
                                      pick(2) == 0);
        break;
      case 6:
        grouped();
        break;
      case 7:
        residual();
        break;
      case 8:
        dense();
        break;
      case 9:
        rearrange();
        break;
      case 10:
        x_ = b_.relu(name("relu"), b_.batch_norm(name("bn"), x_));
        break;
      case 11:
        layer_norm();
        break;
    }
  }

  tnn::RandomStream random_;
  tnn::GraphBuilder b_;
  tnn::NodeId x_ = 0;
  std::vector<tnn::NodeId> always_there_;
  size_t dims_ = 2;
  int counter_ = 0;
  int64_t last_cardinality_ = 1;
  tnn::GateId last_gate_ = tnn::kNone;
  bool upsamples_;
};
