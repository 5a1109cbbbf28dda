#pragma once

#include <optional>
#include <string>
#include <vector>

#include "detection/detector_options.h"
#include "formats/safetensors.h"
#include "gating/gating_strategy.h"

namespace tnn {

/// How batch norm serves several operating points.
enum class BatchNormMode {
  shared,        ///< one set of running statistics for all
  recalibrated,  ///< statistics measured anew for each operating point after training; scale and shift shared
  switchable,    ///< private scale, shift and statistics for each operating point
  frozen         ///< as shared, but statistics, scale and shift stay as they are: those of trained weights
};
BatchNormMode batch_norm_mode_from_name(const std::string& name);
std::string batch_norm_mode_name(BatchNormMode mode);
/// Whether all operating points read the same statistics, scale and shift.
constexpr bool has_one_normalization(BatchNormMode mode) { return mode == BatchNormMode::shared || mode == BatchNormMode::frozen; }

/// Images that are kept whole, as detection has them: resized by one factor to fit into the network's input, its upper left corner, with
/// the shorter side at most short_side and the longer at most long_side.
struct WholeImages {
  int short_side = 0, long_side = 0;  ///< pixels; 0: no limit but the network's input
  bool operator==(const WholeImages&) const = default;
};

/// What turns a stored image into the network's input: (value / 255 - mean) / std for each channel. Images of different sizes before that:
/// the shorter side becomes resize_side, then the centre is cut out.
struct Preprocessing {
  std::vector<double> mean, std;
  int resize_side = 0;                    ///< pixels; 0: 256/224 of the network's input
  std::optional<WholeImages> whole = {};  ///< in place of resize_side and cutting
  bool operator==(const Preprocessing&) const = default;
};

/// Everything of a model but its tensors: what a model file holds as metadata, so that training, sweep, export and deployment read one
/// file.
struct ModelDescription {
  Graph graph;
  GatingRule gating;
  std::vector<OperatingPoint> points;
  BatchNormMode batch_norm = BatchNormMode::shared;
  std::string task = "classification";  ///< what it is trained for
  std::string dataset;
  std::vector<std::string> class_names;
  Preprocessing preprocessing;
  std::optional<DetectorOptions> detector = {};  ///< of a two-stage graph: how its regions are chosen
};

/// A description for a graph with the operating points of its rule.
ModelDescription describe_model(Graph graph, const GatingRule& gating, BatchNormMode batch_norm);

/// The metadata of a model file: keys tnn.version, tnn.graph, tnn.gating, tnn.operating_points, tnn.labels, ... each JSON.
SafetensorsMetadata description_to_metadata(const ModelDescription& description);
/// DataError, naming `path`, where the metadata is missing or damaged.
ModelDescription description_from_metadata(const SafetensorsMetadata& metadata, const std::string& path);

/// Index of the operating point that u stands for (point_at()).
int point_at(const ModelDescription& description, double u);

/// Index of the operating point with this configuration, if there is one.
std::optional<int> find_operating_point(const std::vector<OperatingPoint>& points, const Configuration& configuration);

}  // namespace tnn
