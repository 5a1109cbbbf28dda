#pragma once

#include "runtime/kernels/image_layout.h"
#include "runtime/plan.h"

namespace tnn::prefix {

/// A weighted step as a convolution: a linear layer over a flattened map is one whose window is the map, so that its weights, channel-major
/// in the file, are [outputs][channels][taps] as they are, and nothing is transposed; but for large ones, whose features are gathered.
struct Layer {
  int64_t groups = 1, inputs_per_group = 0, outputs_per_group = 0;  ///< at full width
  Window window;                                                    ///< without dimensions where the input is a list of features
  std::vector<int64_t> output_extent;                               ///< of the window's dimensions
  /// A linear layer over parts of different kind, or large: they are copied into one list of features first.
  bool gathers_features = false;

  int64_t taps() const {
    int64_t product = 1;
    for (const int64_t size : window.kernel) product *= size;
    return product;
  }
};

/// Whether minimal filtering (kernels/winograd.h) can compute it, as far as windows and groups tell.
bool can_be_filtered(const Layer& layer);

Layer layer_of(const Plan& plan, const std::vector<kernels::ImageLayout>& numbering, const Step& step);

}  // namespace tnn::prefix
