#include "pipelines/evaluate_detections.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

#include "core/error.h"
#include "detection/bootstrap.h"
#include "formats/annotations/coco.h"
#include "formats/annotations/coco_results.h"
#include "formats/annotations/voc.h"
#include "formats/annotations/voc_results.h"
#include "pipelines/detection_report.h"

namespace tnn {
namespace {

namespace fs = std::filesystem;
using Request = EvaluateDetectionsRequest;

constexpr int kFirstAllPointYear = 2010;

void check_options(const Request& request) {
  const auto refuse = [](bool given, const char* option, const char* format) {
    if (given) throw UsageError(fmt::format("{} belongs to --format {} alone", option, format));
  };
  if (request.format == Request::Format::voc) return refuse(!request.max_detections.empty(), "--max-detections", "coco");
  refuse(request.image_set.has_value(), "--image-set", "voc");
  refuse(!request.categories.empty(), "--categories", "voc");
  refuse(request.iou.has_value(), "--iou", "voc");
  refuse(request.metric.has_value(), "--voc-metric", "voc");
}

bool is_voc_folder(const fs::path& folder) { return fs::is_directory(folder / "Annotations") && fs::is_directory(folder / "ImageSets"); }

/// The folder itself, or the one in it, or in its VOCdevkit, that has VOC's layout.
fs::path voc_folder(const fs::path& named) {
  if (!fs::is_directory(named))
    throw DataError(fmt::format("'{}' is not a folder (--format voc takes one such as VOC2007)", named.string()));
  if (is_voc_folder(named)) return named;
  std::vector<std::string> found;
  for (const fs::path& parent : {named, named / "VOCdevkit"})
    if (fs::is_directory(parent))
      for (const auto& entry : fs::directory_iterator(parent))
        if (is_voc_folder(entry.path())) found.push_back(entry.path().string());
  if (found.size() == 1) return found.front();
  std::sort(found.begin(), found.end());
  if (found.empty())
    throw DataError(fmt::format("'{}' has no Annotations and ImageSets, and no folder that has (allowed: .../VOC2007)", named.string()));
  throw UsageError(fmt::format("'{}' holds several VOC folders: name one of {}", named.string(), fmt::join(found, ", ")));
}

/// VOC2010 and later folders ask for all points; all others for 11.
VocMetric default_metric(const fs::path& folder) {
  const std::string name = fs::weakly_canonical(folder).filename().string();
  const bool dated = name.size() == 7 && name.starts_with("VOC20") && std::isdigit(static_cast<unsigned char>(name[5])) &&
                     std::isdigit(static_cast<unsigned char>(name[6]));
  return dated && std::stoi(name.substr(3)) >= kFirstAllPointYear ? VocMetric::all_point : VocMetric::eleven_point;
}

/// Makes the digits of the images' names their ids, as results written by others have them (2007_000027: 2007000027), where every name has
/// digits alone; else they stay what they are.
void number_by_names(AnnotatedImages& images) {
  std::vector<int64_t> ids;
  for (const AnnotatedImage& image : images.images) {
    std::string digits = fs::path(image.file).stem().string();
    std::erase(digits, '_');
    if (digits.empty() || digits.size() > 18 || digits.find_first_not_of("0123456789") != std::string::npos) return;
    ids.push_back(std::stoll(digits));
  }
  std::vector<int64_t> sorted = ids;
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) return;
  for (size_t i = 0; i < ids.size(); ++i) images.images[i].id = ids[i];
}

DetectionReport count(const AnnotatedImages& truth, const DetectionLists& detections) {
  DetectionReport report;
  report.images = truth.images.size();
  for (const std::vector<Detection>& list : detections) report.detections += list.size();
  return report;
}

DetectionReport evaluate_coco(const Request& request) {
  const AnnotatedImages truth = read_coco(request.ground_truth);
  const DetectionLists detections = read_coco_results(request.detections, truth);
  const CocoEvaluation evaluation(truth, detections,
                                  request.max_detections.empty() ? std::vector<int>{1, 10, 100} : request.max_detections);
  DetectionReport report = count(truth, detections);
  report.add(evaluation.accumulate());
  if (request.bootstrap > 0) report.intervals = bootstrap_interval(evaluation, request.bootstrap, request.seed);
  return report;
}

DetectionReport evaluate_voc(const Request& request) {
  const fs::path folder = voc_folder(request.ground_truth);
  const std::string image_set = request.image_set.value_or("test");
  AnnotatedImages truth = read_voc(folder, image_set, request.categories.empty() ? voc_categories() : request.categories);
  number_by_names(truth);
  const DetectionLists detections = fs::is_directory(request.detections) ? read_voc_results(request.detections, image_set, truth)
                                                                         : read_coco_results(request.detections, truth);
  const VocMetric metric = request.metric ? voc_metric_from_name(*request.metric) : default_metric(folder);
  const double iou = request.iou.value_or(0.5);
  const VocEvaluation evaluation(truth, detections, iou);
  DetectionReport report = count(truth, detections);
  report.add(evaluation.accumulate(metric), metric, iou);
  if (request.bootstrap > 0) report.intervals = {bootstrap_interval(evaluation, metric, request.bootstrap, request.seed), {}};
  return report;
}

}  // namespace

std::string evaluate_detections(const Request& request, TableFormat format) {
  check_options(request);
  const DetectionReport report = request.format == Request::Format::coco ? evaluate_coco(request) : evaluate_voc(request);
  return format_detection_report(report, format);
}

}  // namespace tnn
