#pragma once

#include <filesystem>

#include "detection/annotations.h"

namespace tnn {

/// Reads COCO's instances file (instances_val2017.json): {"images": [{id, file_name, width, height}], "annotations": [{id, image_id,
/// category_id, bbox, area, iscrowd}], "categories": [{id, name}]}. Categories and images stay in the order of the file, objects of an
/// image too; images without annotations stay. Ids are any integers, 0 too, and categories' may have gaps. Without "area" an object's is
/// that of its box, without "iscrowd" it is none; polygons and masks are passed over. DataError names the entry that is damaged, repeats an
/// id, or names an image or a category that is not there.
AnnotatedImages read_coco(const std::filesystem::path& file);

/// Writes such a file, an entry a line. Objects keep their ids where these differ from one another in the whole set; else (as of VOC, which
/// counts in each image) they are counted from 1. `difficult` and `truncated` have no place there. DataError where two images have one id.
void write_coco(const std::filesystem::path& file, const AnnotatedImages& images);

}  // namespace tnn
