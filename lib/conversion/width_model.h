#pragma once

#include <cstdint>
#include <vector>

#include "graph/graph.h"

namespace tnn {

/// How many groups of each channel gate are open, the first ones, in the order of the gates.
using Widths = std::vector<int64_t>;

/// A number of channels or bytes that grows with widths: constant + sum of slope x width.
struct WidthForm {
  struct Term {
    size_t gate = 0;
    int64_t slope = 0;
  };
  int64_t constant = 0;
  std::vector<Term> terms;  ///< one a gate, by rising gate

  int64_t at(const Widths& widths) const;
  int64_t slope(size_t gate) const;
};

/// What a graph costs as a function of its widths, quick to evaluate: multiply-accumulates are a sum of products of two forms, for a
/// layer's outputs and the inputs of the next shrink both; what is held at each step in memory is a form. For graphs without branch gates
/// whose gates open equal groups. Gives the same numbers as network_cost().
class WidthModel {
 public:
  explicit WidthModel(const Graph& graph);

  /// Every group open.
  const Widths& full() const { return full_; }
  /// The fewest that each gate keeps open.
  const Widths& least() const { return least_; }
  int64_t macs(const Widths& widths) const;
  /// What one more group of each gate costs: the partial derivatives of macs().
  std::vector<double> prices(const Widths& widths) const;
  int64_t activation_bytes(const Widths& widths) const;
  /// The bytes of activations that are held at each step of the network.
  const std::vector<WidthForm>& held_bytes() const { return held_; }

 private:
  struct Layer {
    int64_t positions = 1;  ///< times the weights of one pair of channels
    WidthForm inputs, outputs;
  };
  WidthForm channels(const Graph& graph, const TensorShape& shape, int64_t times = 1) const;
  void add_layer(const Graph& graph, const Node& node);

  Widths full_, least_;
  std::vector<Layer> layers_;
  std::vector<WidthForm> held_;
};

}  // namespace tnn
