#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "detection/annotations.h"

namespace tnn {

/// The 20 classes of PASCAL VOC 2007 to 2012, in their order.
const std::vector<std::string>& voc_categories();

/// Reads an annotation of PASCAL VOC (Annotations/000005.xml). Corners, counted from 1 and both inside, become half-open boxes: (xmin - 1,
/// ymin - 1, xmax, ymax); they may have fractions (VOC2012). Without <difficult> or <truncated> an object is neither, without <size> the
/// image is 0 x 0; boxes of <part>s are passed over; a file without objects is an image of background. The image's id is 0. DataError names
/// file and object where a corner is missing, the corners are the wrong way round, or the class is none of `categories`.
AnnotatedImage read_voc_annotation(const std::filesystem::path& xml, const std::vector<std::string>& categories);

/// Reads the images that a list names (`image_set`: train, val, trainval, test or another of `folder`/ImageSets/Main), in its order; ids
/// are their places in the list, from 0. `folder`: .../VOC2007, with Annotations and ImageSets. An image's file is that of its annotation
/// where this is named as the list does, else the list's name with .jpg. DataError names the line of a list whose annotation is missing or
/// damaged.
AnnotatedImages read_voc(const std::filesystem::path& folder, const std::string& image_set,
                         const std::vector<std::string>& categories = voc_categories());

/// Writes an annotation as VOC has it, which read_voc_annotation() gives back (but for id and area).
void write_voc_annotation(const std::filesystem::path& xml, const AnnotatedImage& image, const std::vector<std::string>& categories);

}  // namespace tnn
