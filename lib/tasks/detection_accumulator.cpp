#include "tasks/detection_accumulator.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "core/random_stream.h"
#include "data/box_targets.h"
#include "detection/coco_evaluation.h"
#include "detection/proposals.h"
#include "models/faster_rcnn.h"
#include "network/region_proposer.h"
#include "tasks/region_targets.h"

namespace tnn {
namespace {

constexpr int kBootstrapSamples = 200;
constexpr double kTail = 0.025;

MetricValue figure(double value) { return value < 0 ? MetricValue{} : MetricValue{value}; }

/// 95 % of the samples of as many images, drawn with replacement, lie within.
void add_interval(std::vector<double> samples, MetricValue& value) {
  samples.erase(std::remove_if(samples.begin(), samples.end(), [](double sample) { return sample < 0; }), samples.end());
  if (samples.empty()) return;
  std::sort(samples.begin(), samples.end());
  const auto at = [&](double share) { return samples[static_cast<size_t>(share * static_cast<double>(samples.size() - 1) + 0.5)]; };
  value.low = at(kTail), value.high = at(1 - kTail);
}

}  // namespace

DetectionAccumulator::DetectionAccumulator(const std::vector<std::string>& class_names, DetectorOptions options)
    : options_(std::move(options)) {
  truth_.categories = class_names;
  for (size_t i = 0; i < class_names.size(); ++i) truth_.category_ids.push_back(static_cast<int64_t>(i) + 1);
}

void DetectionAccumulator::add(const Outputs& outputs, const Targets& targets) {
  const auto on_cpu = [&](const at::Tensor& tensor) { return tensor.detach().to(at::kCPU, at::kFloat).contiguous(); };
  const DetectorOutputs names{options_.levels};
  const at::Tensor scores = on_cpu(outputs.at(names.class_logits())), deltas = on_cpu(outputs.at(names.box_deltas())),
                   geometries = on_cpu(targets.at(BoxTargets::kGeometry)), extents = on_cpu(targets.at(BoxTargets::kExtent)),
                   boxes = on_cpu(targets.at(BoxTargets::kBoxes));
  const at::Tensor labels = targets.at(BoxTargets::kLabels).cpu(), flags = targets.at(BoxTargets::kFlags).cpu(),
                   places = targets.at(BoxTargets::kIndex).cpu();
  const std::vector<int64_t>& offsets = targets.offsets(BoxTargets::kBoxes);
  const std::vector<Region> regions = regions_of(outputs.at(names.regions()));
  const int64_t classes = scores.size(1) - 1;
  size_t region = 0;
  for (int64_t i = 0; i < extents.size(0); ++i) {
    const float *geometry = geometries[i].const_data_ptr<float>(), *extent = extents[i].const_data_ptr<float>();
    const auto original = [&](const Box& box) { return unmap_box(box, geometry, extent); };
    std::vector<Box> here;
    const auto first = static_cast<int64_t>(region);
    for (; region < regions.size() && regions[region].image == i; ++region) here.push_back(regions[region].box);
    const HeadResult head{scores.const_data_ptr<float>() + first * scores.size(1), deltas.const_data_ptr<float>() + first * deltas.size(1),
                          classes};
    detections_.push_back(find_detections(head, here, options_, extent[1], extent[0]));
    for (Detection& found : detections_.back()) found.box = original(found.box);

    AnnotatedImage image;
    image.id = places[i].item<int64_t>();
    for (int64_t row = offsets[static_cast<size_t>(i)]; row < offsets[static_cast<size_t>(i) + 1]; ++row) {
      const float* box = boxes[row].const_data_ptr<float>();
      AnnotatedObject object;
      object.box = original({box[0], box[1], box[2], box[3]});
      object.category = static_cast<int>(labels[row].item<int64_t>());
      // A difficult object is as a crowd: whoever finds it is neither right nor wrong.
      object.difficult = (flags[row].item<int64_t>() & BoxTargets::kDifficult) != 0;
      object.crowd = flags[row].item<int64_t>() != 0;
      object.area = object.box.area();
      object.id = row + 1;
      image.objects.push_back(object);
    }
    truth_.images.push_back(std::move(image));
  }
}

std::string DetectionAccumulator::collected() const {
  std::string text;
  const auto add_box = [&](const Box& box) { text += fmt::format("{} {} {} {} ", box.x1, box.y1, box.x2, box.y2); };
  for (size_t i = 0; i < truth_.images.size(); ++i) {
    const AnnotatedImage& image = truth_.images[i];
    text += fmt::format("{} {} ", image.id, image.objects.size());
    for (const AnnotatedObject& one : image.objects) {
      add_box(one.box);
      text += fmt::format("{} {} {} {} {} ", one.category, int{one.difficult}, int{one.crowd}, one.area, one.id);
    }
    text += fmt::format("{} ", detections_[i].size());
    for (const Detection& one : detections_[i]) {
      add_box(one.box);
      text += fmt::format("{} {} {}\n", one.category, one.score, one.box_area);
    }
  }
  return text;
}

void DetectionAccumulator::merge(const std::vector<std::string>& collected) {
  std::vector<std::pair<AnnotatedImage, std::vector<Detection>>> all;
  for (const std::string& text : collected) {
    std::istringstream stream(text);
    const auto read_box = [&](Box& box) { stream >> box.x1 >> box.y1 >> box.x2 >> box.y2; };
    AnnotatedImage image;
    for (size_t objects = 0, found = 0; stream >> image.id >> objects;) {
      image.objects.assign(objects, {});
      for (AnnotatedObject& one : image.objects) {
        read_box(one.box);
        stream >> one.category >> one.difficult >> one.crowd >> one.area >> one.id;
      }
      stream >> found;
      std::vector<Detection> detections(found);
      for (Detection& one : detections) {
        read_box(one.box);
        stream >> one.category >> one.score >> one.box_area;
      }
      all.emplace_back(image, std::move(detections));
    }
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first.id < b.first.id; });
  truth_.images.clear();
  detections_.clear();
  for (auto& [image, detections] : all) truth_.images.push_back(std::move(image)), detections_.push_back(std::move(detections));
}

std::vector<MetricValue> DetectionAccumulator::values() const {
  const CocoEvaluation evaluation(truth_, detections_);
  const DetectionSummary summary = evaluation.accumulate();
  std::vector<MetricValue> values{figure(summary.ap50), figure(summary.map), figure(summary.ap75)};
  std::vector<double> ap50, map;
  RandomStream random(0, RandomPurpose::other, {truth_.images.size()});
  for (int sample = 0; sample < kBootstrapSamples && truth_.images.size() > 1; ++sample) {
    std::vector<int> weights(truth_.images.size(), 0);
    for (size_t i = 0; i < weights.size(); ++i) ++weights[random.below(weights.size())];
    const MeanPrecision precision = evaluation.mean_precision(weights);
    ap50.push_back(precision.ap50);
    map.push_back(precision.map);
  }
  add_interval(std::move(ap50), values[0]);
  add_interval(std::move(map), values[1]);
  return values;
}

std::vector<ClassResult> DetectionAccumulator::classes() const {
  const DetectionSummary summary = CocoEvaluation(truth_, detections_).accumulate();
  std::vector<ClassResult> results;
  for (const ClassPrecision& one : summary.classes) {
    ClassResult result;
    if (one.ap50 >= 0) result.value = one.ap50;
    result.count = one.objects;
    results.push_back(result);
  }
  return results;
}

}  // namespace tnn
