#include "detection/detection_summary.h"

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>

#include "core/error.h"

namespace tnn {

void check_detections(const AnnotatedImages& truth, const DetectionLists& detections) {
  if (detections.size() != truth.images.size()) throw std::logic_error("detections: not one list an image");
  const auto is_category = [&](int category) { return category >= 0 && static_cast<size_t>(category) < truth.categories.size(); };
  for (size_t i = 0; i < detections.size(); ++i) {
    for (const AnnotatedObject& object : truth.images[i].objects)
      if (!is_category(object.category)) throw std::logic_error("annotations: an object's category is out of range");
    for (size_t d = 0; d < detections[i].size(); ++d) {
      const auto& [box, category, score, area] = detections[i][d];
      if (!is_category(category)) throw std::logic_error("detections: a category is out of range");
      if (!std::isfinite(score) || !std::isfinite(box.x1 + box.y1) || !std::isfinite(box.x2 + box.y2))
        throw DataError(fmt::format("image '{}': detection {}: a score of {}, a box from ({}, {}) to ({}, {}) (allowed: finite numbers)",
                                    truth.images[i].file, d, score, box.x1, box.y1, box.x2, box.y2));
    }
  }
}

double mean_of_present(const std::vector<double>& values) {
  double sum = 0, count = 0;
  for (const double value : values)
    if (value > -1) sum += value, ++count;
  return count > 0 ? sum / count : -1.0;
}

}  // namespace tnn
