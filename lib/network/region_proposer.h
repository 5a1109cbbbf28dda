#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "detection/roi_align.h"

namespace tnn {

/// Chooses the regions that the head of a two-stage network looks at (RoiAlign).
class RegionProposer {
 public:
  virtual ~RegionProposer() = default;
  /// Of the outputs that a batch's images gave, in the graph's order (undefined: those of regions, which are not there yet): the regions in
  /// pixels of the inputs, sorted by image, one or more of each.
  virtual std::vector<Region> propose(const std::vector<at::Tensor>& outputs) const = 0;
};

/// As a tensor [regions, 5] of floats: image, x1, y1, x2, y2; and back.
at::Tensor to_tensor(const std::vector<Region>& regions);
std::vector<Region> regions_of(const at::Tensor& tensor);

/// RoIAlign of features [N, channels, height, width] (detection/roi_align.h): [regions, channels, size, size], differentiable in the
/// features. Of a GPU's tensors it is computed on the CPU.
at::Tensor roi_align(const at::Tensor& features, const std::vector<Region>& regions, const RoiAlignOptions& options);
/// The same of the levels of a pyramid (pyramid_level()) over an input of this height and width, which give the scales.
at::Tensor roi_align(const std::vector<at::Tensor>& levels, const std::vector<Region>& regions, RoiAlignOptions options, int64_t height,
                     int64_t width);

}  // namespace tnn
