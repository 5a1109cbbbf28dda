#include "tasks/detection_loss.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/Reduction.h>
#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/smooth_l1_loss.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include "detection/anchors.h"
#include "detection/box_coder.h"
#include "detection/matching.h"
#include "models/faster_rcnn.h"
#include "network/evaluation_proposer.h"

namespace tnn {
namespace {

constexpr double kBeta = 1.0 / 9;  // of smooth L1

/// What is learnt of some rows: which they are, and the deltas of those that show an object.
struct Learnt {
  std::vector<int64_t> rows;       ///< that count
  std::vector<float> is_object;    ///< of each: 1 or 0
  std::vector<int64_t> positives;  ///< rows that show an object
  std::vector<int64_t> labels;     ///< of each of these
  std::vector<float> deltas;       ///< four of each of these
};

at::Tensor indices(const std::vector<int64_t>& values, const at::Tensor& like) { return at::tensor(values, at::kLong).to(like.device()); }
at::Tensor numbers(const std::vector<float>& values, const at::Tensor& like) { return at::tensor(values, at::kFloat).to(like.device()); }

void add_deltas(Learnt& learnt, const BoxCoder& coder, const Box& reference, const Box& object) {
  for (const double delta : coder.encode(reference, object)) learnt.deltas.push_back(static_cast<float>(delta));
}

at::Tensor box_loss(const at::Tensor& predicted, const Learnt& learnt) {
  const at::Tensor aim = numbers(learnt.deltas, predicted).view({-1, 4});
  const double count = std::max<double>(1.0, static_cast<double>(learnt.rows.size()));
  return at::smooth_l1_loss(predicted, aim, at::Reduction::Sum, kBeta) / count;
}

/// A sample of the anchors of all images; rows are image * anchors + anchor. Anchors whose centre lies beyond the image are left out.
Learnt learnt_anchors(const std::vector<Box>& anchors, const std::vector<ImageObjects>& images, const RegionSampling& sampling,
                      uint64_t seed) {
  Learnt learnt;
  for (size_t i = 0; i < images.size(); ++i) {
    std::vector<int32_t> matches = match_boxes(anchors, images[i].objects, images[i].ignored, sampling, true);
    for (size_t a = 0; a < anchors.size(); ++a)
      if (matches[a] == kBackground &&
          (anchors[a].x1 + anchors[a].x2 >= 2 * images[i].width || anchors[a].y1 + anchors[a].y2 >= 2 * images[i].height))
        matches[a] = kLeftOut;
    RandomStream random(seed, RandomPurpose::region_sampling, {0, static_cast<uint64_t>(i)});
    for (const int32_t a : sample_matches(matches, sampling, random)) {
      const int32_t object = matches[static_cast<size_t>(a)];
      learnt.rows.push_back(static_cast<int64_t>(i * anchors.size()) + a);
      learnt.is_object.push_back(object >= 0 ? 1.0F : 0.0F);
      if (object < 0) continue;
      learnt.positives.push_back(learnt.rows.back());
      add_deltas(learnt, BoxCoder(), anchors[static_cast<size_t>(a)], images[i].objects[static_cast<size_t>(object)]);
    }
  }
  return learnt;
}

/// Of each region the object that it shows, or kBackground, kLeftOut.
std::vector<int32_t> match_regions(const std::vector<Region>& regions, const std::vector<ImageObjects>& images,
                                   const RegionSampling& sampling) {
  std::vector<int32_t> matches;
  for (size_t begin = 0, end = 0; begin < regions.size(); begin = end) {
    std::vector<Box> boxes;
    for (; end < regions.size() && regions[end].image == regions[begin].image; ++end) boxes.push_back(regions[end].box);
    const ImageObjects& shown = images.at(static_cast<size_t>(regions[begin].image));
    const auto of_image = match_boxes(boxes, shown.objects, shown.ignored, sampling, false);
    matches.insert(matches.end(), of_image.begin(), of_image.end());
  }
  return matches;
}

Learnt learnt_regions(const std::vector<Region>& regions, const std::vector<ImageObjects>& images, const DetectorOptions& options) {
  const std::vector<int32_t> matches = match_regions(regions, images, options.region_sampling);
  const BoxCoder coder(options.box_weights);
  Learnt learnt;
  for (size_t r = 0; r < regions.size(); ++r) {
    if (matches[r] != kLeftOut) learnt.rows.push_back(static_cast<int64_t>(r));
    if (matches[r] < 0) continue;
    const ImageObjects& shown = images[static_cast<size_t>(regions[r].image)];
    learnt.positives.push_back(static_cast<int64_t>(r));
    learnt.labels.push_back(shown.labels[static_cast<size_t>(matches[r])] + 1);
    add_deltas(learnt, coder, regions[r].box, shown.objects[static_cast<size_t>(matches[r])]);
  }
  return learnt;
}

/// Objectness [N, A, H, W] or deltas [N, 4 A, H, W] of every level as [N * anchors of an image] or [N * anchors of an image, 4]: level
/// after level, within one in the order of grid_anchors().
at::Tensor by_anchor(const std::vector<at::Tensor>& levels, int64_t each) {
  std::vector<at::Tensor> rows;
  for (const at::Tensor& x : levels)
    rows.push_back(x.reshape({x.size(0), x.size(1) / each, each, x.size(2), x.size(3)}).permute({0, 3, 4, 1, 2}).reshape({x.size(0), -1}));
  const at::Tensor all = at::cat(rows, 1);
  return each == 1 ? all.reshape({-1}) : all.reshape({-1, each});
}

}  // namespace

at::Tensor region_labels(const at::Tensor& regions, const std::vector<ImageObjects>& images, const RegionSampling& sampling) {
  const std::vector<Region> chosen = regions_of(regions);
  const std::vector<int32_t> matches = match_regions(chosen, images, sampling);
  std::vector<int64_t> labels;
  for (size_t r = 0; r < matches.size(); ++r)
    labels.push_back(matches[r] == kLeftOut ? -1
                     : matches[r] < 0       ? 0
                                            : images[static_cast<size_t>(chosen[r].image)].labels[static_cast<size_t>(matches[r])] + 1);
  return at::tensor(labels, at::kLong);
}

DetectionLosses detection_losses(const Outputs& outputs, const std::vector<ImageObjects>& images, const DetectorOptions& options,
                                 uint64_t seed) {
  const DetectorOutputs names{options.levels};
  std::vector<Box> all_anchors;
  std::vector<at::Tensor> objectness_maps, delta_maps;
  for (const LevelAnchors& level : level_anchors(outputs, options)) {
    const auto l = static_cast<int64_t>(objectness_maps.size());
    all_anchors.insert(all_anchors.end(), level.anchors.begin(), level.anchors.end());
    objectness_maps.push_back(outputs.at(names.objectness(l)));
    delta_maps.push_back(outputs.at(names.anchor_deltas(l)));
  }
  const at::Tensor objectness = by_anchor(objectness_maps, 1);
  const Learnt anchors = learnt_anchors(all_anchors, images, options.anchor_sampling, seed);
  DetectionLosses losses;
  losses.objectness = at::binary_cross_entropy_with_logits(objectness.index_select(0, indices(anchors.rows, objectness)),
                                                           numbers(anchors.is_object, objectness));
  losses.anchor_boxes = box_loss(by_anchor(delta_maps, 4).index_select(0, indices(anchors.positives, objectness)), anchors);

  const std::vector<Region> regions = regions_of(outputs.at(names.regions()));
  const at::Tensor &logits = outputs.at(names.class_logits()), &deltas = outputs.at(names.box_deltas());
  const Learnt learnt = learnt_regions(regions, images, options);
  const at::Tensor labels = region_labels(outputs.at(names.regions()), images, options.region_sampling).to(logits.device());
  losses.classes = learnt.rows.empty() ? logits.sum() * 0 : at::cross_entropy_loss(logits, labels, {}, at::Reduction::Mean, -1);
  const at::Tensor positives = indices(learnt.positives, logits);
  const at::Tensor by_class = deltas.index_select(0, positives).view({-1, logits.size(1), 4});
  const at::Tensor chosen = indices(learnt.labels, logits).view({-1, 1, 1}).expand({-1, 1, 4});
  losses.region_boxes = box_loss(by_class.gather(1, chosen).squeeze(1), learnt);
  return losses;
}

}  // namespace tnn
