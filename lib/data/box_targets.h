#pragma once

#include <string>
#include <vector>

#include "data/target_set.h"
#include "detection/annotations.h"

namespace tnn {

/// The objects of each image, as boxes. Six targets; those of boxes are jagged, a row for each object that the network's input shows a part
/// of, in the order of the annotations:
///
///     boxes         float [rows, 4]   x1, y1, x2, y2 in pixels of the network's input, clipped to the part that the image fills
///     box_labels    int64 [rows]      class, from 0; background is none
///     box_flags     int64 [rows]      kDifficult + kCrowd
///     image_extent  float [N, 2]      height and width of the part of the input, from its upper left corner, that the image fills
///     geometry      float [N, 5]      scale_x, scale_y, left, top, flipped (0 or 1), see Geometry and unmap_box()
///     image_index   int64 [N]         the image's place in the set, and in annotations().images
class BoxTargets : public TargetSet {
 public:
  static constexpr const char* kBoxes = "boxes";
  static constexpr const char* kLabels = "box_labels";
  static constexpr const char* kFlags = "box_flags";
  static constexpr const char* kExtent = "image_extent";
  static constexpr const char* kGeometry = "geometry";
  static constexpr const char* kIndex = "image_index";
  static constexpr int64_t kDifficult = 1, kCrowd = 2;  ///< bits of box_flags

  /// DataError, with the image's file, where an object's category is none of the categories or a corner of its box is no finite number.
  explicit BoxTargets(AnnotatedImages annotations);

  /// The objects as the files have them: in pixels of the stored images, not clipped, empty ones too. What evaluation compares with.
  const AnnotatedImages& annotations() const { return annotations_; }

  int64_t size() const override { return static_cast<int64_t>(annotations_.images.size()); }
  const std::vector<std::string>& class_names() const override { return annotations_.categories; }
  /// The smallest class of the image's objects; the number of classes where it has none.
  int stratum(size_t sample) const override;
  void identify(IdentityDigest& digest) const override;
  void write(Batch& batch) const override;

 private:
  AnnotatedImages annotations_;
};

/// The boxes of a set of images; std::logic_error where its targets are something else.
const BoxTargets& boxes_of(const TargetSet& targets);

/// Where a box of the network's input lies in the stored image, by the image's rows of the targets "geometry" and "image_extent".
Box unmap_box(const Box& box, const float* geometry, const float* extent);

/// How much of the inputs the images of a batch fill: the largest height and width, each rounded up to a multiple of `multiple` (1 or
/// more), at most the inputs' own. What lies beyond is empty in all of them, so that the inputs may be narrowed to it before they are
/// computed.
ImageExtent trim_extent(const Batch& batch, int64_t multiple);

}  // namespace tnn
