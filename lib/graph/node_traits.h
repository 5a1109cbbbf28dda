#pragma once

#include "graph/node.h"

namespace tnn {

/// Yes or no, said explicitly: it has no default, so that a kind that leaves a trait out does not compile.
class Trait {
 public:
  constexpr Trait(bool value) : value_(value) {}  // NOLINT: `true` and `false` are to be written as they are
  constexpr operator bool() const { return value_; }

 private:
  bool value_;
};

/// What several readers of a graph ask of an operation, each kind's in one place (node_traits.cpp).
struct NodeTraits {
  Trait is_weighted;       ///< sums of weights x inputs: what multiply-accumulates, sparsity and packed weights are about
  Trait has_affine;        ///< its result is scaled and shifted a channel: by a bias, or by the scale and shift of a normalisation
  Trait normalizes;        ///< gates and compensation that multiply what it reads lose their effect: they come after it
  Trait keeps_zeros;       ///< maps channels of zeros to zeros
  Trait works_in_place;    ///< the result may be written over an operand of as many channels that nothing else needs
  Trait takes_activation;  ///< engines compute an activation that alone reads it in the same step
};

NodeTraits traits_of(const Operation& operation);

}  // namespace tnn
