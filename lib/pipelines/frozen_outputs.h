#pragma once

#include "control/controller_description.h"
#include "control/controller_features.h"
#include "evaluation/choice.h"
#include "network/network.h"
#include "pipelines/run_folder.h"
#include "training/controller_trainer.h"

namespace tnn {

struct Experiment;

/// UsageError where the actions of a controller stand for fewer operating points than there are of them: both numbers are said.
void check_actions(const std::vector<double>& actions, const ModelDescription& description);

/// What single passes of a network cost at the actions of a controller.
ActionCosts action_costs(const ModelDescription& description, const std::vector<double>& actions);

/// What a controller of ControllerInput::features looks at; none where it looks at something else.
std::optional<ControllerFeatures> features_of(const ControllerOptions& options, const ModelDescription& datapath);
std::optional<ControllerFeatures> features_of(const ControllerDescription& controller, const ModelDescription& datapath);

/// A trained data path whose graph gives `features`, where there are some, as an output beside its own.
Network with_features(Network datapath, const std::optional<ControllerFeatures>& features);

/// The samples of a controller's training, with what the data path says of them: read from folder.outputs() where that was computed for the
/// same model, data and recipe before, else computed and kept there.
ControllerData controller_data(const Experiment& experiment, const Network& datapath, const std::string& identity, const TrainingData& data,
                               const RunFolder& folder, Progress& progress);

}  // namespace tnn
