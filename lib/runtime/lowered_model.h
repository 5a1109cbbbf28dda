#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "runtime/model_weights.h"
#include "runtime/plan.h"

namespace tnn {

/// A model file ready for an engine: what it declares, its numbers, and the plan to compute it.
struct LoweredModel {
  ModelDescription description;
  ModelWeights weights;
  Plan plan;
  std::vector<GateId> compensated = {};  ///< compensated_nodes(); empty where the gating rule has no compensation

  const Graph& graph() const { return description.graph; }
};

/// Reads a model file by memory map and checks all of it. DataError names the file and what is wrong; UsageError where it is a two-stage
/// detector, which is a Detector. `extra_outputs`: nodes whose values are to be outputs, too (GraphBuilder::with_output, with its errors).
std::shared_ptr<const LoweredModel> load_lowered_model(const std::filesystem::path& path,
                                                       const std::vector<std::string>& extra_outputs = {});

/// The same of a description that is not the file's own, such as a part of its graph: its tensors are those of the file that have its
/// names.
std::shared_ptr<const LoweredModel> lower_model(std::shared_ptr<const SafetensorsFile> file, ModelDescription description,
                                                const std::string& path);

/// What a weighted or normalising step does to its sums a channel, at full width: scale x + shift. Bias, gain and every folded batch norm.
struct ChannelAffine {
  std::vector<float> scale, shift;
};
ChannelAffine channel_affine(const LoweredModel& model, const Step& step, int point);

}  // namespace tnn
