#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "gating/configuration.h"

namespace tnn {

/// What c(Phi; x, u), the complexity of a configuration in (0, 1], counts.
enum class ComplexityMeasure {
  groups,  ///< Eq. 7, 8: mean over the layers with weights of the share of open groups; 1 for a layer without a gate. In a branch, times
           ///< its gate
  macs     ///< multiply-accumulates over those of the full network, input and output channels counted as they are open
};
ComplexityMeasure complexity_measure_from_name(const std::string& name);

/// The complexity of gate values of a graph, as a polynomial in them: hard gates give what the cost model says, relaxed or random ones a
/// value with gradient. A depthwise convolution is part of the layer before it (groups).
class Complexity {
 public:
  Complexity(const Graph& graph, ComplexityMeasure measure);
  /// Of one tensor [N, D] a gate: [N].
  at::Tensor of(const std::vector<at::Tensor>& gates) const;
  double of(const Configuration& configuration) const;

 private:
  struct Term {
    NodeId node;
    double weight;  ///< its share of the sum where everything is open
  };
  at::Tensor open_share(const TensorShape& shape, const std::vector<Branch>& known, const std::vector<at::Tensor>& gates) const;
  at::Tensor open_branches(const std::vector<Branch>& branches, const std::vector<at::Tensor>& gates) const;
  Graph graph_;
  ComplexityMeasure measure_;
  std::vector<Term> terms_;
};

}  // namespace tnn
