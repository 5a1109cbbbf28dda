#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/table.h"
#include "detection/annotations.h"
#include "pipelines/run_model.h"

namespace tnn {

/// What a detector found in an image file.
struct DetectedImage {
  std::filesystem::path file;
  std::vector<Detection> detections;  ///< in pixels of the stored image, by falling score
  int64_t regions = 0;                ///< that the head looked at
};

/// The result of `tnn run` with a detector.
struct DetectedObjects {
  std::vector<DetectedImage> images;
  ModelDescription description;
  double u = 1;
  int point = 0;
  int64_t macs = 0;  ///< of an image with as many regions as costs count
  std::string engine, note;
};

/// Whether a model file or run holds a detector.
bool is_detector(const std::filesystem::path& model);

/// Finds the objects of an image or a folder of images by the runtime at request.u or request.point. `draw`: where the images go with their
/// detections drawn, a PNG file, or of a folder of images a folder; empty: nowhere. UsageError where the request is for something that a
/// detector does not do; DataError where an image cannot be read.
DetectedObjects detect_objects(const RunRequest& request, const std::filesystem::path& draw);

/// A row a detection: input, class, label, score, x1, y1, x2, y2. `exact`: with all digits.
Table detection_table(const DetectedObjects& found, bool exact);

}  // namespace tnn
