#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "data/encoded_images.h"

namespace tnn {

/// Labelled images: of one size and in memory, or `encoded`, of any size and decoded when they are needed. Invariant: each label is an
/// index into class_names; pixels.size() == size() * image_bytes(), where `encoded` is set both are 0.
struct ImageSet {
  int channels = 0, height = 0, width = 0;
  std::vector<uint8_t> pixels;  ///< N x C x H x W, planar, 0 to 255
  std::vector<int> labels;      ///< one an image
  std::vector<std::string> class_names;
  std::shared_ptr<const EncodedImages> encoded;  ///< size() images of three channels; null: the pixels are here

  int64_t size() const { return static_cast<int64_t>(labels.size()); }
  size_t image_bytes() const { return static_cast<size_t>(channels) * static_cast<size_t>(height) * static_cast<size_t>(width); }
  /// The C x H x W planes of one image, index in [0, size()).
  const uint8_t* image(size_t index) const { return pixels.data() + index * image_bytes(); }
};

/// How many images each class has; labels in [0, classes).
inline std::vector<int64_t> count_classes(const std::vector<int>& labels, size_t classes) {
  std::vector<int64_t> counts(classes, 0);
  for (const int label : labels) ++counts.at(static_cast<size_t>(label));
  return counts;
}

}  // namespace tnn
