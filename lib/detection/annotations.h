#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "detection/box.h"

namespace tnn {

/// An object that an image shows.
struct AnnotatedObject {
  Box box;
  int category = 0;        ///< index into AnnotatedImages::categories
  bool difficult = false;  ///< VOC: not counted, and a detection that matches it neither
  bool truncated = false;  ///< VOC: reaches beyond the image
  bool crowd = false;      ///< COCO "iscrowd": a group, which several detections may match without being counted
  double area = 0;         ///< pixels: COCO "area" (of the segmentation), else that of the box
  int64_t id = 0;          ///< COCO's annotation id, any integer, 0 too; VOC: the number in the file, from 0
  double box_area = 0;     ///< pixels: COCO's width x height where the corners give it rounded alone; 0: that of the box
  bool operator==(const AnnotatedObject&) const = default;
};

/// An image and its objects, none too.
struct AnnotatedImage {
  std::string file;  ///< the image's file name: COCO "file_name", VOC "filename"
  int64_t id = 0;    ///< COCO's image id; VOC: the image's place in its list
  int width = 0, height = 0;
  std::vector<AnnotatedObject> objects;
  bool operator==(const AnnotatedImage&) const = default;
};

/// The ground truth of a set of images.
struct AnnotatedImages {
  std::vector<std::string> categories;  ///< the classes' names, background not among them
  std::vector<int64_t> category_ids;    ///< COCO's ids, one a category, with gaps; VOC: 1, 2, ...
  std::vector<AnnotatedImage> images;
  bool operator==(const AnnotatedImages&) const = default;
};

/// A category's id in COCO's files: category_ids, or 1, 2, ... where these are left empty.
inline int64_t category_id(const AnnotatedImages& images, size_t category) {
  return category < images.category_ids.size() ? images.category_ids[category] : static_cast<int64_t>(category) + 1;
}

/// What a detector found: in original pixels of the image.
struct Detection {
  Box box;
  int category = 0;  ///< index into the categories
  double score = 0;
  double box_area = 0;  ///< as that of AnnotatedObject
  bool operator==(const Detection&) const = default;
};

/// Detections of every image of a ground truth, in its order.
using DetectionLists = std::vector<std::vector<Detection>>;

}  // namespace tnn
