#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/table.h"

namespace tnn {

/// What `tnn evaluate-detections` is asked for.
struct EvaluateDetectionsRequest {
  enum class Format { coco, voc };
  Format format = Format::coco;
  std::filesystem::path ground_truth;  ///< COCO: an instances file; VOC: a folder such as VOC2007, or one that holds it
  std::filesystem::path detections;    ///< COCO's results file; for VOC also a folder of VOC's results
  int bootstrap = 0;                   ///< samples of images for intervals; 0: none
  uint64_t seed = 1;                   ///< of these samples
  // COCO alone:
  std::vector<int> max_detections;  ///< empty: 1, 10, 100
  // VOC alone:
  std::optional<std::string> image_set;  ///< default test
  std::vector<std::string> categories;   ///< empty: VOC's 20
  std::optional<double> iou;             ///< default 0.5
  std::optional<std::string> metric;     ///< "11-point" or "all-point"; default: as the folder's year asks for
};

/// Reads ground truth and detections, matches them and gives the figures: as text or Markdown a table of the set and one of its classes
/// with four decimals; as CSV figure, class, value; as JSON one object. -1 (for people "-") stands where there is no object to be found.
/// UsageError where an option belongs to the other format, DataError for what the files lack.
std::string evaluate_detections(const EvaluateDetectionsRequest& request, TableFormat format);

}  // namespace tnn
