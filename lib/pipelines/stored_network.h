#pragma once

#include "export/stored_model.h"
#include "network/network.h"
#include "pipelines/named_model.h"
#include "training/training_data.h"

namespace tnn {

/// The training samples of a model's data set, prepared as it expects them, cut as its recipe cuts them: those that were held out for
/// validation apart. DataError where their classes are not the model's.
TrainingData training_samples(const ModelDescription& description, const NamedModel& model);

/// A model in memory as a network on the device that `run` names.
Network to_network(const StoredModel& model, const RunSettings& run);

}  // namespace tnn
