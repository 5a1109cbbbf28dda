#include "graph/node_traits.h"

namespace tnn {
namespace {

NodeTraits weighted() {
  return {.is_weighted = true,
          .has_affine = true,
          .normalizes = false,
          .keeps_zeros = false,
          .works_in_place = false,
          .takes_activation = true};
}

/// Of an operation that computes each number from the one of its operands at the same place.
NodeTraits pointwise(bool keeps_zeros) {
  return {.is_weighted = false,
          .has_affine = false,
          .normalizes = false,
          .keeps_zeros = keeps_zeros,
          .works_in_place = true,
          .takes_activation = false};
}

/// Of an operation that reads numbers of other places.
NodeTraits gathering() {
  NodeTraits traits = pointwise(true);
  traits.works_in_place = false;
  return traits;
}

}  // namespace

NodeTraits traits_of(const Operation& operation) {
  return std::visit(
      Match{[](const OneOf<Convolution, Linear> auto&) { return weighted(); },
            [](const OneOf<BatchNorm, LayerNorm> auto&) {
              return NodeTraits{.is_weighted = false,
                                .has_affine = true,
                                .normalizes = true,
                                .keeps_zeros = false,
                                .works_in_place = true,
                                .takes_activation = true};
            },
            [](const Activation& a) { return pointwise(a.kind != ActivationKind::sigmoid); },
            [](const Add&) {
              NodeTraits traits = pointwise(true);
              traits.takes_activation = true;
              return traits;
            },
            [](const OneOf<Flatten, Dropout> auto&) { return pointwise(true); },
            [](const OneOf<Input, Pool, GlobalPool, Concat, ChannelShuffle, ChannelPad, Upsample, RoiAlign> auto&) { return gathering(); }},
      operation);
}

}  // namespace tnn
