#include "data/box_targets.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "core/error.h"
#include "data/identity_digest.h"

namespace tnn {
namespace {

/// An object that an input shows.
struct ShownObject {
  Box box;
  const AnnotatedObject* object;
};

bool is_empty(const Box& box) { return box.width() <= 0 || box.height() <= 0; }

/// What of the objects is left in the input. The stored image's borders count first: beyond them there is nothing that could be shown.
void add_shown(const AnnotatedImage& image, const Geometry& geometry, std::vector<ShownObject>& shown) {
  const ImageExtent part = geometry.shown();
  for (const AnnotatedObject& object : image.objects) {
    const Box stored = clipped(object.box, geometry.source.width, geometry.source.height);
    if (is_empty(stored)) continue;
    const Box box = clipped(geometry.map(stored), part.width, part.height);
    if (!is_empty(box)) shown.push_back({box, &object});
  }
}

int64_t flags_of(const AnnotatedObject& object) {
  return (object.difficult ? BoxTargets::kDifficult : 0) + (object.crowd ? BoxTargets::kCrowd : 0);
}

/// The jagged targets.
void write_objects(const std::vector<ShownObject>& shown, const std::vector<int64_t>& offsets, Batch& batch) {
  const auto rows = static_cast<int64_t>(shown.size());
  auto& boxes = batch.targets[0].become<float>(BoxTargets::kBoxes, {rows, 4});
  auto& labels = batch.targets[1].become<int64_t>(BoxTargets::kLabels, {rows});
  auto& flags = batch.targets[2].become<int64_t>(BoxTargets::kFlags, {rows});
  for (size_t i = 0; i < shown.size(); ++i) {
    const auto& [box, object] = shown[i];
    float* corner = boxes.data() + 4 * i;
    for (const double value : {box.x1, box.y1, box.x2, box.y2}) *corner++ = static_cast<float>(value);
    labels[i] = object->category;
    flags[i] = flags_of(*object);
  }
  for (size_t i = 0; i < 3; ++i) batch.targets[i].offsets = offsets;
}

/// The dense targets, which tell how inputs and images lie to each other.
void write_places(Batch& batch) {
  const auto size = static_cast<int64_t>(batch.indices.size());
  auto& extents = batch.targets[3].become<float>(BoxTargets::kExtent, {size, 2});
  auto& geometries = batch.targets[4].become<float>(BoxTargets::kGeometry, {size, 5});
  auto& indices = batch.targets[5].become<int64_t>(BoxTargets::kIndex, {size});
  for (size_t i = 0; i < batch.indices.size(); ++i) {
    const Geometry& geometry = batch.geometry.at(i);
    const ImageExtent part = geometry.shown();
    extents[2 * i] = static_cast<float>(part.height);
    extents[2 * i + 1] = static_cast<float>(part.width);
    float* value = geometries.data() + 5 * i;
    for (const double number : {geometry.scale_x, geometry.scale_y, geometry.left, geometry.top, geometry.flipped ? 1.0 : 0.0})
      *value++ = static_cast<float>(number);
    indices[i] = batch.indices[i];
  }
}

}  // namespace

BoxTargets::BoxTargets(AnnotatedImages annotations) : annotations_(std::move(annotations)) {
  const auto classes = static_cast<int>(annotations_.categories.size());
  for (const AnnotatedImage& image : annotations_.images)
    for (const AnnotatedObject& object : image.objects) {
      if (object.category < 0 || object.category >= classes)
        throw DataError(fmt::format("{}: an object of class {}, but there are {} classes", image.file, object.category, classes));
      for (const double corner : {object.box.x1, object.box.y1, object.box.x2, object.box.y2})
        if (!std::isfinite(corner)) throw DataError(fmt::format("{}: a corner of a box is at {}", image.file, corner));
    }
}

int BoxTargets::stratum(size_t sample) const {
  auto smallest = static_cast<int>(annotations_.categories.size());
  for (const AnnotatedObject& object : annotations_.images.at(sample).objects) smallest = std::min(smallest, object.category);
  return smallest;
}

void BoxTargets::identify(IdentityDigest& digest) const {
  digest.add(annotations_.categories.size());
  for (const std::string& name : annotations_.categories) digest.add(name);
  digest.add(annotations_.images.size());
  for (const AnnotatedImage& image : annotations_.images) {
    digest.add(image.objects.size());
    for (const AnnotatedObject& object : image.objects) {
      for (const double corner : {object.box.x1, object.box.y1, object.box.x2, object.box.y2}) digest.add(std::bit_cast<uint64_t>(corner));
      digest.add(static_cast<uint64_t>(object.category));
      digest.add(static_cast<uint64_t>(flags_of(object)));
    }
  }
}

void BoxTargets::write(Batch& batch) const {
  batch.targets.resize(6);
  std::vector<ShownObject> shown;
  std::vector<int64_t> offsets{0};
  for (size_t i = 0; i < batch.indices.size(); ++i) {
    add_shown(annotations_.images.at(batch.indices[i]), batch.geometry.at(i), shown);
    offsets.push_back(static_cast<int64_t>(shown.size()));
  }
  write_objects(shown, offsets, batch);
  write_places(batch);
}

const BoxTargets& boxes_of(const TargetSet& targets) {
  if (const auto* boxes = dynamic_cast<const BoxTargets*>(&targets)) return *boxes;
  throw std::logic_error("the targets of the set are no boxes");
}

Box unmap_box(const Box& box, const float* geometry, const float* extent) {
  Geometry map;
  map.scale_x = geometry[0], map.scale_y = geometry[1];
  map.left = geometry[2], map.top = geometry[3];
  map.flipped = geometry[4] != 0;
  map.part = {static_cast<int>(extent[0]), static_cast<int>(extent[1])};
  return map.unmap(box);
}

ImageExtent trim_extent(const Batch& batch, int64_t multiple) {
  if (multiple < 1) throw UsageError(fmt::format("multiple {} of an extent: allowed 1 or more", multiple));
  ImageExtent largest;
  for (const Geometry& geometry : batch.geometry) {
    const ImageExtent part = geometry.shown();
    largest = {std::max(largest.height, part.height), std::max(largest.width, part.width)};
  }
  const auto rounded = [&](int side, int64_t canvas) {
    return static_cast<int>(std::min(canvas, (side + multiple - 1) / multiple * multiple));
  };
  const auto& shape = batch.inputs.shape;
  return {rounded(largest.height, shape.at(shape.size() - 2)), rounded(largest.width, shape.at(shape.size() - 1))};
}

}  // namespace tnn
