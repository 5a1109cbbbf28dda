#pragma once

#include <string>
#include <vector>

#include "data/pixel_image.h"
#include "detection/annotations.h"

namespace tnn {

/// Draws a frame around every detection (pixels of the image), with the class's name and the score above it; each class in a colour of its
/// own. Those of a higher score lie over the others.
void draw_detections(const std::vector<Detection>& detections, const std::vector<std::string>& class_names, PixelImage& image);

}  // namespace tnn
