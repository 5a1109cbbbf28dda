#include "detection/voc_evaluation.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "core/error.h"
#include "core/name_table.h"

namespace tnn {
namespace {

constexpr NamedValue<VocMetric> kMetrics[] = {{"11-point", VocMetric::eleven_point}, {"all-point", VocMetric::all_point}};
constexpr size_t kNone = static_cast<size_t>(-1);

/// A box as VOC counts it: corners from 1, both inside.
struct VocBox {
  double xmin, ymin, xmax, ymax;
  explicit VocBox(const Box& box) : xmin(box.x1 + 1), ymin(box.y1 + 1), xmax(box.x2), ymax(box.y2) {}
  double area() const { return (xmax - xmin + 1) * (ymax - ymin + 1); }
};

double overlap(const VocBox& a, const VocBox& b) {
  const double width = std::min(a.xmax, b.xmax) - std::max(a.xmin, b.xmin) + 1;
  const double height = std::min(a.ymax, b.ymax) - std::max(a.ymin, b.ymin) + 1;
  if (!(width > 0 && height > 0)) return 0;
  return width * height / (a.area() + b.area() - width * height);
}

/// The object of a class that a box overlaps most, the first of equal ones; kNone where it overlaps none by the threshold.
size_t most_overlapped(const Box& box, int category, const std::vector<AnnotatedObject>& objects, double iou) {
  double most = 0;
  size_t best = kNone;
  for (size_t i = 0; i < objects.size(); ++i) {
    if (objects[i].category != category) continue;
    const double shared = overlap(VocBox(box), VocBox(objects[i].box));
    if (shared > most) most = shared, best = i;
  }
  return most >= iou ? best : kNone;
}

/// A right detection on the way down the scores: how many objects are found, with which precision.
struct Found {
  int64_t right;
  double precision;
};

/// `curve` with the precision's envelope.
double average_precision(const std::vector<Found>& curve, int64_t objects, VocMetric metric) {
  double sum = 0;
  if (metric == VocMetric::eleven_point) {
    for (int64_t tenth = 0; tenth <= 10; ++tenth) {
      const auto reached = std::find_if(curve.begin(), curve.end(), [&](const Found& at) { return at.right * 10 >= tenth * objects; });
      sum += reached == curve.end() ? 0.0 : reached->precision;
    }
    return sum / 11;
  }
  int64_t before = 0;
  for (const Found& at : curve) {
    sum += static_cast<double>(at.right - before) * at.precision;
    before = at.right;
  }
  return sum / static_cast<double>(objects);
}

}  // namespace

VocMetric voc_metric_from_name(const std::string& name) { return value_from_name(kMetrics, "metric", name); }
std::string voc_metric_name(VocMetric metric) { return name_of_value(kMetrics, metric); }

VocEvaluation::VocEvaluation(const AnnotatedImages& truth, const DetectionLists& detections, double iou) : images_(truth.images.size()) {
  if (!(iou > 0 && iou <= 1)) throw UsageError(fmt::format("IoU threshold {} is outside (0, 1]", iou));
  check_detections(truth, detections);
  for (const std::string& name : truth.categories) classes_.push_back({name, {}, {}});
  for (size_t image = 0; image < images_; ++image) add_image(image, truth.images[image], detections[image], iou);
  for (Class& one : classes_)
    std::sort(one.detections.begin(), one.detections.end(), [](const Scored& a, const Scored& b) {
      if (a.score != b.score) return a.score > b.score;
      return a.image != b.image ? a.image < b.image : a.place < b.place;
    });
}

void VocEvaluation::add_image(size_t image, const AnnotatedImage& truth, const std::vector<Detection>& detections, double iou) {
  for (const AnnotatedObject& object : truth.objects)
    if (!object.difficult) classes_[static_cast<size_t>(object.category)].objects_in.push_back(image);
  std::vector<size_t> order(detections.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return detections[a].score > detections[b].score; });
  std::vector<bool> found(truth.objects.size(), false);
  for (const size_t d : order) {
    const Detection& detection = detections[d];
    const size_t object = most_overlapped(detection.box, detection.category, truth.objects, iou);
    Outcome outcome = Outcome::wrong;
    if (object != kNone && truth.objects[object].difficult) outcome = Outcome::neither;
    if (object != kNone && !truth.objects[object].difficult && !found[object]) found[object] = true, outcome = Outcome::right;
    classes_[static_cast<size_t>(detection.category)].detections.push_back({detection.score, image, d, outcome});
  }
}

VocSummary VocEvaluation::accumulate(VocMetric metric) const { return accumulate(metric, std::vector<int>(images_, 1)); }

VocSummary VocEvaluation::accumulate(VocMetric metric, const std::vector<int>& weights) const {
  if (weights.size() != images_) throw std::logic_error("VocEvaluation: not one weight an image");
  VocSummary summary;
  std::vector<double> values;
  for (const Class& one : classes_) {
    int64_t objects = 0, right = 0, wrong = 0;
    for (const size_t image : one.objects_in) objects += weights[image];
    std::vector<Found> curve;
    for (const Scored& detection : one.detections) {
      const int weight = weights[detection.image];
      if (weight == 0 || detection.outcome == Outcome::neither) continue;
      (detection.outcome == Outcome::right ? right : wrong) += weight;
      if (detection.outcome == Outcome::right) curve.push_back({right, static_cast<double>(right) / static_cast<double>(right + wrong)});
    }
    for (size_t i = curve.size(); i-- > 1;) curve[i - 1].precision = std::max(curve[i - 1].precision, curve[i].precision);
    values.push_back(objects > 0 ? average_precision(curve, objects, metric) : -1);
    summary.classes.push_back({one.name, objects, values.back(), -1, -1});
  }
  summary.map = mean_of_present(values);
  return summary;
}

}  // namespace tnn
