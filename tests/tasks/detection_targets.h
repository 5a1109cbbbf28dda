#pragma once

#include <ATen/ATen.h>

#include <vector>

#include "data/box_targets.h"
#include "network/input_batch.h"

namespace tnn {

/// An object of an image of a test's batch.
struct TestObject {
  Box box;
  int64_t label = 0, flags = 0;
};

/// The targets of a batch of images that fill the whole input of this size, which is the stored image's, too.
inline Targets box_targets(const std::vector<std::vector<TestObject>>& images, float height, float width) {
  std::vector<float> boxes, extents, geometries;
  std::vector<int64_t> labels, flags, indices, offsets{0};
  for (const auto& objects : images) {
    for (const TestObject& object : objects) {
      for (const double side : {object.box.x1, object.box.y1, object.box.x2, object.box.y2}) boxes.push_back(static_cast<float>(side));
      labels.push_back(object.label);
      flags.push_back(object.flags);
    }
    offsets.push_back(static_cast<int64_t>(labels.size()));
    extents.insert(extents.end(), {height, width});
    geometries.insert(geometries.end(), {1, 1, 0, 0, 0});
    indices.push_back(static_cast<int64_t>(indices.size()));
  }
  const auto count = static_cast<int64_t>(images.size());
  return Targets({{BoxTargets::kBoxes, at::tensor(boxes).view({-1, 4}), offsets},
                  {BoxTargets::kLabels, at::tensor(labels, at::kLong), offsets},
                  {BoxTargets::kFlags, at::tensor(flags, at::kLong), offsets},
                  {BoxTargets::kExtent, at::tensor(extents).view({count, 2})},
                  {BoxTargets::kGeometry, at::tensor(geometries).view({count, 5})},
                  {BoxTargets::kIndex, at::tensor(indices, at::kLong)}});
}

}  // namespace tnn
