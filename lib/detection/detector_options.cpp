#include "detection/detector_options.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "core/json_text.h"

namespace tnn {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const ProposalOptions& options) {
  return {{"before_nms", options.before_nms},
          {"after_nms", options.after_nms},
          {"nms_threshold", options.nms_threshold},
          {"smallest_side", options.smallest_side}};
}

Json to_json(const RegionSampling& sampling) {
  return {{"count", sampling.count},
          {"positive_fraction", sampling.positive_fraction},
          {"foreground_iou", sampling.foreground_iou},
          {"background_iou", sampling.background_iou}};
}

ProposalOptions proposals_from(const Json& json) {
  return {json.at("before_nms").get<int64_t>(), json.at("after_nms").get<int64_t>(), json.at("nms_threshold").get<double>(),
          json.at("smallest_side").get<double>()};
}

RegionSampling sampling_from(const Json& json) {
  return {json.at("count").get<int64_t>(), json.at("positive_fraction").get<double>(), json.at("foreground_iou").get<double>(),
          json.at("background_iou").get<double>()};
}

void require(bool holds, const std::string& section, const char* key, const std::string& allowed) {
  if (!holds) throw UsageError(fmt::format("{}.{} is out of range (allowed: {})", section, key, allowed));
}

bool is_share(double value) { return value > 0 && value <= 1; }

bool all_between(const std::vector<double>& values, double low, double high) {
  return std::all_of(values.begin(), values.end(), [&](double value) { return value > low && value <= high; });
}

void check_sampling(const RegionSampling& sampling, const std::string& section) {
  require(sampling.count >= 1 && sampling.count <= 1 << 20, section, "count", "1 to 1048576");
  require(is_share(sampling.positive_fraction), section, "positive_fraction", "(0, 1]");
  require(is_share(sampling.foreground_iou), section, "foreground_iou", "(0, 1]");
  require(sampling.background_iou > 0 && sampling.background_iou <= sampling.foreground_iou, section, "background_iou",
          "above 0, at most foreground_iou");
}

void check_proposals(const ProposalOptions& options, const std::string& section) {
  require(options.before_nms >= 1 && options.before_nms <= 1 << 20, section, "before_nms", "1 to 1048576");
  require(options.after_nms >= 1 && options.after_nms <= options.before_nms, section, "after_nms", "1 to before_nms");
  require(is_share(options.nms_threshold), section, "nms_threshold", "(0, 1]");
  require(options.smallest_side >= 0 && options.smallest_side <= 1e6, section, "smallest_side", "0 to 1000000");
}

}  // namespace

AnchorOptions anchors_of_level(const DetectorOptions& options, int64_t level) {
  if (options.levels == 1) return options.anchors;
  return {{options.anchors.sizes.at(static_cast<size_t>(level))}, options.anchors.ratios};
}

std::string detector_to_json(const DetectorOptions& options) {
  const DetectionOptions& found = options.detections;
  return Json{{"anchor_sizes", options.anchors.sizes},
              {"anchor_ratios", options.anchors.ratios},
              {"training_proposals", to_json(options.training_proposals)},
              {"proposals", to_json(options.proposals)},
              {"anchor_sampling", to_json(options.anchor_sampling)},
              {"region_sampling", to_json(options.region_sampling)},
              {"score_threshold", found.score_threshold},
              {"nms_threshold", found.nms_threshold},
              {"most_detections", found.most},
              {"box_weights", options.box_weights},
              {"stride", options.stride},
              {"levels", options.levels}}
      .dump();
}

DetectorOptions detector_from_json(const std::string& text) {
  const auto json = parse_json<Json>(text);
  DetectorOptions options;
  try {
    options.anchors = {json.at("anchor_sizes").get<std::vector<double>>(), json.at("anchor_ratios").get<std::vector<double>>()};
    options.training_proposals = proposals_from(json.at("training_proposals"));
    options.proposals = proposals_from(json.at("proposals"));
    options.anchor_sampling = sampling_from(json.at("anchor_sampling"));
    options.region_sampling = sampling_from(json.at("region_sampling"));
    options.detections = {json.at("score_threshold").get<double>(), json.at("nms_threshold").get<double>(),
                          json.at("most_detections").get<int64_t>()};
    options.box_weights = json.at("box_weights").get<std::vector<double>>();
    options.stride = json.at("stride").get<int64_t>();
    options.levels = json.value("levels", options.levels);
  } catch (const nlohmann::json::exception& fault) {
    throw UsageError(json_fault(fault));
  }
  check_detector(options, "detector");
  return options;
}

void check_detector(const DetectorOptions& options, const std::string& section) {
  const auto in = [&](const char* key) { return section + "." + key; };
  require(!options.anchors.sizes.empty() && options.anchors.sizes.size() <= 64 && all_between(options.anchors.sizes, 0, 1e6), section,
          "anchor_sizes", "1 to 64 numbers above 0, at most 1000000");
  require(!options.anchors.ratios.empty() && options.anchors.ratios.size() <= 64 && all_between(options.anchors.ratios, 0, 1e3), section,
          "anchor_ratios", "1 to 64 numbers above 0, at most 1000");
  check_proposals(options.training_proposals, in("training_proposals"));
  check_proposals(options.proposals, in("proposals"));
  check_sampling(options.anchor_sampling, in("anchor_sampling"));
  check_sampling(options.region_sampling, in("region_sampling"));
  require(options.detections.score_threshold >= 0 && options.detections.score_threshold < 1, section, "score_threshold", "[0, 1)");
  require(is_share(options.detections.nms_threshold), section, "nms_threshold", "(0, 1]");
  require(options.detections.most >= 1 && options.detections.most <= 1 << 20, section, "most_detections", "1 to 1048576");
  require(options.box_weights.size() == 4 && all_between(options.box_weights, 0, 1e6), section, "box_weights", "four numbers above 0");
  require(options.levels >= 1 && options.levels <= 8, section, "levels", "1 to 8");
  require(options.levels == 1 || static_cast<int64_t>(options.anchors.sizes.size()) == options.levels, section, "anchor_sizes",
          "one for each level of the pyramid, and one more for a further level of half the size, for anchors alone");
  require(options.stride >= 1 && options.stride <= 1 << 16, section, "stride", "1 to 65536");
}

}  // namespace tnn
