#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "data/dataset_card.h"
#include "pipelines/settings/settings.h"
#include "tasks/task.h"

namespace tnn {

/// The task of a data set, as a recipe trains for it.
std::unique_ptr<Task> task_of(const Settings& settings, const DatasetCard& card);

/// Why a recipe's model cannot take the samples of its data set, and the key that says so; an empty message where it can.
struct Misfit {
  std::string key, message;
};
Misfit misfit(const Settings& settings, const DatasetCard& card);

/// The normalisation that the recipe itself gives to pixels of so many channels (data.mean and data.std, or normalize: unit); empty where
/// it leaves that to its data set. UsageError where they do not go together; `of` names what has the channels.
std::optional<Preprocessing> given_preprocessing(const Settings& settings, int64_t channels, const std::string& of);

/// Writes the data set's name, its task and labels, and the normalisation of its pixels into a model's description. UsageError where
/// data.mean and data.std do not go together.
void describe_data(const Settings& settings, const DatasetCard& card, ModelDescription& description);

}  // namespace tnn
