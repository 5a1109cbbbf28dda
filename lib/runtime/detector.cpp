#include "runtime/detector.h"

#include <algorithm>

#include "core/error.h"
#include "detection/anchors.h"
#include "detection/proposals.h"
#include "detection/roi_align.h"
#include "graph/region_split.h"
#include "models/faster_rcnn.h"

namespace tnn {
namespace {

constexpr int64_t kRegionsTogether = 32;  // of one run of the head

std::vector<std::vector<float>> buffers_for(const ThrottledNetwork& network, int64_t batch) {
  std::vector<std::vector<float>> buffers;
  for (const OutputInfo& output : network.outputs()) buffers.emplace_back(static_cast<size_t>(batch * output.elements()));
  return buffers;
}

std::vector<float*> pointers_to(std::vector<std::vector<float>>& buffers) {
  std::vector<float*> pointers;
  for (std::vector<float>& buffer : buffers) pointers.push_back(buffer.data());
  return pointers;
}

}  // namespace

struct Detector::State {
  std::shared_ptr<const SafetensorsFile> file;
  ModelDescription whole;
  RoiAlign roi_align;
  ThrottledNetwork images, regions;
  InferenceContext image_context, region_context;
  std::vector<ProposalLevel> proposals;  ///< of image_outputs, with `anchors`
  std::vector<FeatureLevel> features;    ///< likewise
  std::vector<std::vector<Box>> anchors;
  std::vector<std::vector<float>> image_outputs, region_outputs;
  std::vector<float> pooled;
  int64_t last_regions = 0;
};

Detector::Detector(std::unique_ptr<State> state) : state_(std::move(state)) {}
Detector::Detector(Detector&&) noexcept = default;
Detector& Detector::operator=(Detector&&) noexcept = default;
Detector::~Detector() = default;

Detector Detector::load(const std::filesystem::path& path, const RuntimeOptions& options) {
  auto file = std::make_shared<const SafetensorsFile>(path);
  ModelDescription whole = description_from_metadata(file->metadata(), path.string());
  if (!find_roi_align(whole.graph) || !whole.detector)
    throw UsageError("'" + path.string() + "' is no detector: its graph has no RoIAlign");
  RegionSplit split = split_at_regions(whole.graph);
  const auto part = [&](Graph graph, int64_t batch) {
    ModelDescription description = whole;
    description.graph = std::move(graph);
    RuntimeOptions of_part = options;
    of_part.batch_limit = batch;
    of_part.tuning_file.clear();
    of_part.extra_outputs.clear();
    return ThrottledNetwork::prepare(lower_model(file, std::move(description), path.string()), of_part);
  };
  ThrottledNetwork images = part(std::move(split.images), 1), regions = part(std::move(split.regions), kRegionsTogether);
  InferenceContext image_context = images.context(), region_context = regions.context();
  auto image_outputs = buffers_for(images, 1), region_outputs = buffers_for(regions, whole.detector->proposals.after_nms);
  const auto& input = regions.input_shape();
  std::vector<float> pooled(static_cast<size_t>(kRegionsTogether * input[0] * input[1] * input[2]));
  auto state = std::make_unique<State>(State{std::move(file),
                                             std::move(whole),
                                             split.roi_align,
                                             std::move(images),
                                             std::move(regions),
                                             std::move(image_context),
                                             std::move(region_context),
                                             {},
                                             {},
                                             {},
                                             std::move(image_outputs),
                                             std::move(region_outputs),
                                             std::move(pooled)});
  place_levels(*state, split.levels);
  return Detector(std::move(state));
}

void Detector::place_levels(State& s, int64_t feature_levels) {
  const DetectorOptions& options = *s.whole.detector;
  const DetectorOutputs places{options.levels};
  const auto& outputs = s.images.outputs();
  for (int64_t level = 0; level < options.levels; ++level) {
    const auto& shape = outputs.at(places.objectness(level)).shape;
    s.anchors.push_back(grid_anchors(anchors_of_level(options, level), grid_of_level(options, level, shape[1], shape[2])));
  }
  for (int64_t level = 0; level < options.levels; ++level) {
    const auto& shape = outputs.at(places.objectness(level)).shape;
    s.proposals.push_back({{s.image_outputs[places.objectness(level)].data(), s.image_outputs[places.anchor_deltas(level)].data(),
                            grid_of_level(options, level, shape[1], shape[2])},
                           &s.anchors[static_cast<size_t>(level)]});
  }
  for (size_t i = outputs.size() - static_cast<size_t>(feature_levels); i < outputs.size(); ++i)
    s.features.push_back({s.image_outputs[i].data(), {outputs[i].shape[0], outputs[i].shape[1], outputs[i].shape[2], false}});
}

const ModelDescription& Detector::description() const { return state_->whole; }
const Engine& Detector::engine() const { return state_->images.engine(); }
int64_t Detector::last_regions() const { return state_->last_regions; }

std::vector<Detection> Detector::run(const float* input, Shown shown, int point) {
  State& s = *state_;
  const DetectorOptions& options = *s.whole.detector;
  s.image_context.run_at(point, input, 1, pointers_to(s.image_outputs));
  const std::vector<Box> boxes = propose_regions(s.proposals, options.proposals);
  const RoiAlignOptions pooling{s.roi_align.size, s.roi_align.ratio, 1, 1, s.roi_align.aligned};
  const int64_t count = s.last_regions = static_cast<int64_t>(boxes.size());
  std::vector<Region> together;
  for (int64_t first = 0; first < count; first += kRegionsTogether) {
    const int64_t now = std::min(kRegionsTogether, count - first);
    together.clear();
    for (int64_t i = first; i < first + now; ++i) together.push_back({0, boxes[static_cast<size_t>(i)]});
    roi_align(s.features, options.stride, together, pooling, s.pooled.data());
    std::vector<float*> to = pointers_to(s.region_outputs);
    for (size_t i = 0; i < to.size(); ++i) to[i] += first * s.regions.outputs()[i].elements();
    s.region_context.run_at(point, s.pooled.data(), now, to);
  }
  const HeadResult head{s.region_outputs[0].data(), s.region_outputs[1].data(), s.regions.outputs()[0].elements() - 1};
  return find_detections(head, boxes, options, shown.width, shown.height);
}

}  // namespace tnn
