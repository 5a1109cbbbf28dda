#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "control/confidence.h"
#include "formats/safetensors.h"

namespace tnn {

/// What a learned controller looks at.
enum class ControllerInput {
  pixels,    ///< the input of the data path itself (DTNN 3.3.2)
  features,  ///< values inside the data path at the first action, which is computed for every input (ControllerFeatures)
  logits     ///< log-probabilities of the data path at the first action, which is computed for every input
};
ControllerInput controller_input_from_name(const std::string& name);  ///< "pixels", "features" or "logits"; UsageError lists them
/// Whether it looks at a pass of the data path at the first action, which is then computed for every input.
constexpr bool looks_at_first_pass(ControllerInput input) { return input != ControllerInput::pixels; }
std::string controller_input_name(ControllerInput input);

/// A cascade by confidence: an input is computed at the first stage's utilization, and at the next one's for as long as the confidence is
/// below the stage's threshold. All passes are paid for.
struct Cascade {
  struct Stage {
    double u = 1;
    double threshold = 0;  ///< least confidence to stop at; of the last stage 0
    bool operator==(const Stage&) const = default;
  };
  ConfidenceMeasure measure = ConfidenceMeasure::max_softmax;
  std::vector<Stage> stages;  ///< by rising u

  bool operator==(const Cascade&) const = default;
};

/// What a file of a controller holds beside its own network: the metadata `tnn.controller`.
struct ControllerDescription {
  ControllerInput input = ControllerInput::pixels;
  std::vector<double> actions;    ///< utilizations by rising u; output k of the network stands for actions[k]
  std::string datapath;           ///< model_identity() of the network that it chooses for
  std::vector<Cascade> cascades;  ///< to compare with, thresholds chosen on the same validation samples
  std::string features = {};      ///< of ControllerInput::features: the data path's node that is looked at
};

/// The index of the lowest action that is at least u; the last one where none is.
int64_t action_of(const std::vector<double>& actions, double u);

/// The key and JSON text of the metadata.
SafetensorsMetadata controller_to_metadata(const ControllerDescription& description);
/// DataError, naming the file, where it holds no controller or a damaged one.
ControllerDescription controller_from_metadata(const SafetensorsMetadata& metadata, const std::string& path);

/// UsageError, naming both files, where a controller was trained for another network than that of `model`.
void check_datapath(const ControllerDescription& description, const std::filesystem::path& controller, const std::filesystem::path& model);

/// A cascade as JSON text, and back; UsageError says what is wrong with the text.
std::string cascade_to_json(const Cascade& cascade);
Cascade cascade_from_json(const std::string& text);

/// A digest of what a network computes with: graph, operating points and weights; what else its file says may change. 16 hexadecimal
/// digits.
std::string model_identity(const SafetensorsFile& file);

}  // namespace tnn
