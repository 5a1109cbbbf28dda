#pragma once

#include <oneapi/dnnl/dnnl.hpp>

#include <optional>
#include <vector>

#include "graph/node.h"

namespace tnn::onednn {

/// A weighted step at one operating point and batch size, in oneDNN's terms.
struct LayerShape {
  dnnl::memory::dims input, output;  ///< {batch, channels, extent...}, stored as rows
  dnnl::memory::dims weights;        ///< convolution {out, in, kernel...} or {groups, out, in, kernel...}, linear {out, in}
  Window window;                     ///< of a convolution; empty for a linear layer
  bool adds_output = false;          ///< the result is added to what the output holds, before the activation
  std::optional<ActivationKind> activation;

  bool is_convolution() const { return !window.kernel.empty(); }
};

/// A layer that oneDNN has chosen a kernel for. Weights lie in the layout that the kernel wants, scratch is the caller's.
struct Layer {
  dnnl::primitive primitive;
  dnnl::memory::desc input, weights, bias, output, scratch;
};

/// Has oneDNN generate a layer for the number of OpenMP threads of the calling thread.
Layer make_layer(const dnnl::engine& engine, const LayerShape& shape);

/// Weights as they are written down in a file, row-major.
dnnl::memory::desc plain_weights(const LayerShape& shape);

}  // namespace tnn::onednn
