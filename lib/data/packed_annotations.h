#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "detection/annotations.h"

namespace tnn {

class PackedFile;

/// Lists of numbers of a split of a packed file, by their names.
struct PackedLists {
  std::map<std::string, std::vector<int64_t>> integers;
  std::map<std::string, std::vector<double>> reals;
  bool operator==(const PackedLists&) const = default;
};

/// The list that only splits of images with boxes have.
constexpr const char* kObjectEnds = "object_ends";

/// The annotations of a split's images, but for their names, as lists, N images with M objects of K classes:
///
///     object_ends    int64 [N]     where in the lists of objects each image's end
///     image_ids      int64 [N]     COCO's ids
///     image_sizes    int64 [2 N]   width, height
///     object_labels  int64 [M]     class, index into /classes
///     object_flags   int64 [M]     1 difficult + 2 crowd + 4 truncated
///     object_ids     int64 [M]     COCO's ids
///     object_boxes   float64 [4 M] x1, y1, x2, y2 in pixels
///     object_areas   float64 [M]   pixels
///     category_ids   int64 [K]     COCO's ids
PackedLists packed_annotations(const AnnotatedImages& annotations);

/// The annotations of a split; the caller holds lock_hdf5(). DataError where the lists do not fit each other or a number is out of range;
/// DataError or Hdf5Error where the file is damaged.
AnnotatedImages read_packed_annotations(const PackedFile& file, const std::string& split);

}  // namespace tnn
