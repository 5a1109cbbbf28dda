#include "export/onnx_detector.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "detection/anchors.h"
#include "export/onnx_layers.h"
#include "models/faster_rcnn.h"

namespace tnn {
namespace {

constexpr float kNever = -3e38F;        ///< a score of what is left out
constexpr float kAnyScore = -1e38F;     ///< a threshold that every other score exceeds
constexpr double kSmallestSide = 0.01;  ///< of a reference, as BoxCoder has it

using Attributes = OnnxWriter::Attributes;
using Names = std::vector<std::string>;

/// Centres and sizes of boxes, [..., 2] each.
struct References {
  std::string centres, sizes;
};

/// Writes what lies between and behind the layers of a detector.
class DetectorWriter {
 public:
  DetectorWriter(OnnxWriter& writer, const ModelDescription& description, int opset)
      : writer_(writer), options_(*description.detector), opset_(opset) {
    const auto& extent = description.graph.input().shape.extent;
    height_ = extent[0], width_ = extent[1];
  }

  /// The regions [R, 4] by falling objectness, out of the maps of every level, [1, A, H, W] and [1, 4 A, H, W].
  std::string propose(const Names& objectness, const Names& deltas, const std::vector<FeatureGrid>& grids);
  /// What RoIAlign gives for the regions, [R, C, size, size]; of several levels `regions` changes its order to that of the result.
  std::string align(const Names& levels, const RoiAlign& roi_align, std::string& regions);
  void detect(const std::string& logits, const std::string& deltas, const std::string& regions, int64_t classes);

 private:
  std::string emit(const char* op, const std::string& name, Names inputs, Attributes attributes = {}) {
    return writer_.emit(op, name, std::move(inputs), std::move(attributes));
  }
  std::string floats(const std::string& name, std::vector<int64_t> shape, std::vector<float> values) {
    return writer_.constant(name, std::move(shape), std::move(values));
  }
  std::string integers(const std::vector<int64_t>& values) { return writer_.integers("detector.integers", values); }
  std::string reshape(const std::string& name, const std::string& x, const std::vector<int64_t>& shape) {
    return emit("Reshape", name, {x, integers(shape)});
  }
  std::string transpose(const std::string& name, const std::string& x, const std::vector<int64_t>& perm) {
    return emit("Transpose", name, {x}, {{"perm", perm}});
  }
  std::string gather(const std::string& name, const std::string& x, const std::string& places) {
    return emit("Gather", name, {x, places}, {{"axis", int64_t{0}}});
  }
  std::string concat(const std::string& name, const Names& parts, int64_t axis) {
    return parts.size() == 1 ? parts.front() : emit("Concat", name, parts, {{"axis", axis}});
  }
  std::string slice(const std::string& name, const std::string& x, int64_t axis, int64_t begin, int64_t end) {
    return emit("Slice", name, {x, integers({begin}), integers({end}), integers({axis})});
  }
  /// The count largest of a vector, and where they stand.
  Names largest(const std::string& name, const std::string& x, const std::string& count) {
    return writer_.emit_several("TopK", name, {x, count}, {}, {".places"});
  }
  /// Rows (batch, class, box).
  std::string suppress(const std::string& name, const std::string& boxes, const std::string& scores, int64_t most, double iou,
                       float threshold) {
    return emit("NonMaxSuppression", name,
                {boxes, scores, integers({most}), floats(name + ".iou", {1}, {static_cast<float>(iou)}),
                 floats(name + ".threshold", {1}, {threshold})});
  }
  std::string column(const std::string& name, const std::string& rows, int64_t which) {
    return reshape(name, slice(name + ".column", rows, 1, which, which + 1), {-1});
  }
  /// BoxCoder::decode of deltas [..., 4], whose last axis is `axis`: corners [..., 4], cut to [0, limits].
  std::string decode(const std::string& name, const References& references, const std::string& deltas, const std::vector<double>& weights,
                     int64_t axis, const std::string& limits);
  /// The smaller side of boxes [..., 4].
  std::string smaller_side(const std::string& name, const std::string& boxes, int64_t axis) {
    const std::string sides =
        emit("Sub", name + ".sides", {slice(name + ".high", boxes, axis, 2, 4), slice(name + ".low", boxes, axis, 0, 2)});
    return emit("ReduceMin", name + ".smaller_side", {sides}, {{"axes", std::vector<int64_t>{axis}}, {"keepdims", int64_t{0}}});
  }
  void propose_from(size_t level, const std::string& objectness, const std::string& deltas, const FeatureGrid& grid, Names& boxes,
                    Names& scores);
  std::string align_one(const std::string& name, const std::string& features, const RoiAlign& roi_align, const std::string& regions,
                        const std::string& images, int64_t stride);

  OnnxWriter& writer_;
  const DetectorOptions& options_;
  const int opset_;
  int64_t height_ = 0, width_ = 0;
  std::string order_;  ///< of the regions: as many integers as there are regions
};

std::string DetectorWriter::decode(const std::string& name, const References& references, const std::string& deltas,
                                   const std::vector<double>& weights, int64_t axis, const std::string& limits) {
  std::vector<float> divisors(weights.begin(), weights.end());
  const std::string weighted = emit("Div", name + ".deltas", {deltas, floats(name + ".weights", {4}, divisors)});
  const std::string shift = emit("Mul", name + ".shift", {slice(name + ".dxy", weighted, axis, 0, 2), references.sizes});
  const std::string centre = emit("Add", name + ".centre", {shift, references.centres});
  const std::string growth =
      emit("Min", name + ".growth",
           {slice(name + ".dwh", weighted, axis, 2, 4), writer_.scalar(name + ".most_growth", static_cast<float>(std::log(1000.0 / 16)))});
  const std::string size = emit("Mul", name + ".size", {emit("Exp", name + ".factor", {growth}), references.sizes});
  const std::string half = emit("Mul", name + ".half", {size, writer_.scalar(name + ".one_half", 0.5F)});
  const std::string corners =
      concat(name + ".corners", {emit("Sub", name + ".low", {centre, half}), emit("Add", name + ".high", {centre, half})}, axis);
  const std::string from_zero = emit("Max", name + ".from_zero", {corners, writer_.scalar(name + ".zero", 0)});
  return emit("Min", name + ".boxes", {from_zero, limits});
}

void DetectorWriter::propose_from(size_t level, const std::string& objectness, const std::string& deltas, const FeatureGrid& grid,
                                  Names& boxes, Names& scores) {
  const std::string name = fmt::format("proposals.{}", level);
  const std::vector<Box> anchors = grid_anchors(anchors_of_level(options_, static_cast<int64_t>(level)), grid);
  const auto count = static_cast<int64_t>(anchors.size()), places = grid.height * grid.width;
  std::vector<float> centres, sizes;
  for (const Box& anchor : anchors) {
    for (const double at : {(anchor.x1 + anchor.x2) / 2, (anchor.y1 + anchor.y2) / 2}) centres.push_back(static_cast<float>(at));
    for (const double side : {anchor.width(), anchor.height()}) sizes.push_back(static_cast<float>(std::max(kSmallestSide, side)));
  }
  const std::string logits = reshape(name + ".logits", transpose(name + ".by_place", objectness, {0, 2, 3, 1}), {-1});
  const std::string by_anchor =
      reshape(name + ".by_anchor",
              transpose(name + ".deltas_by_place", reshape(name + ".four", deltas, {count / places, 4, places}), {2, 0, 1}), {-1, 4});
  const int64_t likeliest = std::min(options_.proposals.before_nms, count);
  const Names top = largest(name + ".likeliest", logits, integers({likeliest}));
  const References references{gather(name + ".centres", floats(name + ".anchor_centres", {count, 2}, centres), top[1]),
                              gather(name + ".sizes", floats(name + ".anchor_sizes", {count, 2}, sizes), top[1])};
  const auto w = static_cast<float>(width_), h = static_cast<float>(height_);
  const std::string corners = decode(name, references, gather(name + ".chosen_deltas", by_anchor, top[1]), {1, 1, 1, 1}, 1,
                                     floats(name + ".limits", {4}, {w, h, w, h}));
  const std::string large_enough =
      emit("GreaterOrEqual", name + ".large_enough",
           {smaller_side(name, corners, 1), writer_.scalar(name + ".smallest_side", static_cast<float>(options_.proposals.smallest_side))});
  const std::string score = emit("Where", name + ".scores", {large_enough, top[0], writer_.scalar(name + ".never", kNever)});
  const std::string kept =
      column(name + ".kept",
             suppress(name + ".nms", reshape(name + ".one_batch", corners, {1, -1, 4}), reshape(name + ".one_class", score, {1, 1, -1}),
                      options_.proposals.after_nms, options_.proposals.nms_threshold, kAnyScore),
             2);
  boxes.push_back(gather(name + ".kept_boxes", corners, kept));
  scores.push_back(gather(name + ".kept_scores", score, kept));
}

std::string DetectorWriter::propose(const Names& objectness, const Names& deltas, const std::vector<FeatureGrid>& grids) {
  Names boxes, scores;
  for (size_t level = 0; level < grids.size(); ++level) propose_from(level, objectness[level], deltas[level], grids[level], boxes, scores);
  // Behind all others the whole input, which is taken where there is no other.
  boxes.push_back(floats("proposals.whole_input", {1, 4}, {0, 0, static_cast<float>(width_), static_cast<float>(height_)}));
  scores.push_back(floats("proposals.whole_input.score", {1}, {kNever}));
  const std::string all = concat("proposals.all_scores", scores, 0);
  const std::string others = emit("Sub", "proposals.others", {emit("Shape", "proposals.all_count", {all}), integers({1})});
  const std::string limited = emit("Min", "proposals.limited", {others, integers({options_.proposals.after_nms})});
  const std::string count = emit("Max", "proposals.count", {limited, integers({1})});
  order_ = largest("proposals.likeliest", all, count)[1];
  return gather("regions", concat("proposals.all_boxes", boxes, 0), order_);
}

std::string DetectorWriter::align_one(const std::string& name, const std::string& features, const RoiAlign& roi_align,
                                      const std::string& regions, const std::string& images, int64_t stride) {
  Attributes attributes{{"output_height", roi_align.size},
                        {"output_width", roi_align.size},
                        {"sampling_ratio", roi_align.ratio},
                        {"spatial_scale", 1 / static_cast<float>(stride)}};
  constexpr int kHalfPixels = 16;  // the opset whose RoiAlign knows them
  if (opset_ >= kHalfPixels) {
    attributes["coordinate_transformation_mode"] = std::string(roi_align.aligned ? "half_pixel" : "output_half_pixel");
    return emit("RoiAlign", name, {features, regions, images}, attributes);
  }
  if (!roi_align.aligned) return emit("RoiAlign", name, {features, regions, images}, attributes);
  const std::string moved = emit("Sub", name + ".moved", {regions, writer_.scalar(name + ".half_place", static_cast<float>(stride) / 2)});
  return emit("RoiAlign", name, {features, moved, images}, attributes);
}

std::string DetectorWriter::align(const Names& levels, const RoiAlign& roi_align, std::string& regions) {
  if (levels.size() == 1)
    return align_one("roi_align", levels.front(), roi_align, regions, emit("Sub", "roi_align.images", {order_, order_}), options_.stride);
  const std::string name = "roi_align.level";
  const std::string sides = emit("Sub", name + ".sides", {slice(name + ".high", regions, 1, 2, 4), slice(name + ".low", regions, 1, 0, 2)});
  const std::string area = reshape(
      name + ".area", emit("Mul", name + ".products", {slice(name + ".w", sides, 1, 0, 1), slice(name + ".h", sides, 1, 1, 2)}), {-1});
  const std::string relative = emit("Div", name + ".relative", {emit("Sqrt", name + ".side", {area}), writer_.scalar(name + ".224", 224)});
  const std::string doublings =
      emit("Div", name + ".doublings",
           {emit("Log", name + ".log", {relative}), writer_.scalar(name + ".log2", static_cast<float>(std::log(2.0)))});
  const auto first = static_cast<float>(std::lround(std::log2(static_cast<double>(options_.stride))));
  const std::string level =
      emit("Floor", name + ".exact", {emit("Add", name + ".sum", {doublings, writer_.scalar(name + ".four", 4 + 1e-6F)})});
  const std::string of_region =
      emit("Clip", name,
           {level, writer_.scalar(name + ".first", first), writer_.scalar(name + ".last", first + static_cast<float>(levels.size()) - 1)});
  Names pooled, ordered;
  for (size_t l = 0; l < levels.size(); ++l) {
    const std::string here = fmt::format("roi_align.{}", l);
    const std::string mask = emit("Equal", here + ".mask", {of_region, writer_.scalar(here + ".level", first + static_cast<float>(l))});
    const std::string places = reshape(here + ".places", emit("NonZero", here + ".found", {mask}), {-1});
    ordered.push_back(gather(here + ".regions", regions, places));
    pooled.push_back(
        align_one(here, levels[l], roi_align, ordered.back(), emit("Sub", here + ".images", {places, places}), options_.stride << l));
  }
  regions = concat("roi_align.regions", ordered, 0);
  return concat("roi_align", pooled, 0);
}

void DetectorWriter::detect(const std::string& logits, const std::string& deltas, const std::string& regions, int64_t classes) {
  const std::string name = "detections";
  const std::string low = slice(name + ".region_low", regions, 1, 0, 2), high = slice(name + ".region_high", regions, 1, 2, 4);
  const std::string centres =
      emit("Mul", name + ".centres", {emit("Add", name + ".corner_sum", {low, high}), writer_.scalar(name + ".one_half", 0.5F)});
  const std::string sizes =
      emit("Max", name + ".sizes",
           {emit("Sub", name + ".region_sides", {high, low}), writer_.scalar(name + ".smallest", static_cast<float>(kSmallestSide))});
  const std::string of_classes =
      slice(name + ".of_classes", emit("Softmax", name + ".probabilities", {logits}, {{"axis", int64_t{1}}}), 1, 1, classes + 1);
  const std::string likely = transpose(name + ".by_class", of_classes, {1, 0});  // [K, R]
  const std::string by_class =
      transpose(name + ".deltas_by_class",
                slice(name + ".class_deltas", reshape(name + ".four", deltas, {-1, classes + 1, 4}), 1, 1, classes + 1), {1, 0, 2});
  const std::string limits = gather(name + ".limits", "extent", integers({1, 0, 1, 0}));
  const std::string corners = decode(name, {centres, sizes}, by_class, options_.box_weights, 2, limits);  // [K, R, 4]
  const std::string has_area = emit("Greater", name + ".has_area", {smaller_side(name, corners, 2), writer_.scalar(name + ".none", 0)});
  const std::string score = emit("Where", name + ".class_scores", {has_area, likely, writer_.scalar(name + ".never", 0)});
  // A class is a batch to NonMaxSuppression: boxes of different classes leave each other in peace.
  const std::string kept = suppress(name + ".nms", corners, reshape(name + ".one_class", score, {classes, 1, -1}), options_.detections.most,
                                    options_.detections.nms_threshold, static_cast<float>(options_.detections.score_threshold));
  const std::string category = column(name + ".category", kept, 0), region = column(name + ".region", kept, 2);
  const std::string count = slice(name + ".regions", emit("Shape", name + ".region_shape", {regions}), 0, 0, 1);
  const std::string place = emit("Add", name + ".place", {emit("Mul", name + ".row", {category, count}), region});
  const std::string kept_scores = gather(name + ".kept_scores", reshape(name + ".all_scores", score, {-1}), place);
  const std::string most =
      emit("Min", name + ".most", {emit("Shape", name + ".kept_count", {kept_scores}), integers({options_.detections.most})});
  const Names best = largest(name + ".best", kept_scores, most);
  const std::string kept_boxes = gather(name + ".kept_boxes", reshape(name + ".all_boxes", corners, {-1, 4}), place);
  writer_.emit_reserved("Gather", "boxes", {kept_boxes, best[1]}, {{"axis", int64_t{0}}});
  writer_.emit_reserved("Gather", "labels", {category, best[1]}, {{"axis", int64_t{0}}});
  writer_.emit_reserved("Identity", "scores", {best[0]});
  writer_.output({"boxes", {-2, 4}});
  writer_.output({"labels", {-2}, true, true});
  writer_.output({"scores", {-2}});
}

}  // namespace

OnnxModel lower_detector_to_onnx(const StoredModel& model, const OnnxOptions& options) {
  const ModelDescription& description = model.description;
  const Graph& graph = description.graph;
  if (description.points.size() != 1)
    throw UsageError("a detector is written as ONNX at one utilization (allowed: --u, not --throttleable)");
  OnnxWriter writer(options.opset);
  OnnxOperatingPoint point(writer, description);
  OnnxLayers layers(model, writer, point);
  OnnxValue input{"input", graph.dimensions(graph.input().shape)};
  input.shape.insert(input.shape.begin(), 1);
  writer.input({"extent", {2}}, true);
  writer.input(std::move(input), true);
  for (const char* output : {"boxes", "labels", "scores"}) writer.reserve(output);
  layers.set_value(0, options.preprocessing ? layers.preprocessing() : "input");

  const DetectorOutputs places{description.detector->levels};
  DetectorWriter detector(writer, description, options.opset);
  const auto value = [&](size_t output) { return layers.value(graph.outputs()[output].node); };
  std::string regions;
  for (size_t i = 1; i < graph.nodes().size(); ++i) {
    const Node& node = graph.nodes()[i];
    Names operands;
    for (const NodeId operand : node.inputs) operands.push_back(layers.value(operand));
    const auto* align = std::get_if<RoiAlign>(&node.operation);
    if (!align) {
      layers.lower(static_cast<NodeId>(i), operands);
      continue;
    }
    Names objectness, deltas;
    std::vector<FeatureGrid> grids;
    for (int64_t level = 0; level < places.levels; ++level) {
      objectness.push_back(value(places.objectness(level)));
      deltas.push_back(value(places.anchor_deltas(level)));
      const auto& extent = graph.shape(graph.outputs()[places.objectness(level)]).extent;
      grids.push_back(grid_of_level(*description.detector, level, extent[0], extent[1]));
    }
    regions = detector.propose(objectness, deltas, grids);
    layers.set_value(static_cast<NodeId>(i), detector.align(operands, *align, regions));
  }
  const int64_t classes = graph.channels(graph.shape(graph.outputs()[places.class_logits()])) - 1;
  detector.detect(value(places.class_logits()), value(places.box_deltas()), regions, classes);
  return writer.finish(graph.name());
}

}  // namespace tnn
