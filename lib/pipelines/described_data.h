#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "data/dataset_card.h"
#include "formats/model_description.h"
#include "recipe/recipe.h"

namespace tnn {

/// Why a recipe's model cannot take the images of its data set, and the key that says so; an empty message where it can.
struct Misfit {
  std::string key, message;
};
Misfit misfit(const Recipe& recipe, const Graph& graph, const DatasetCard& card);

/// The normalisation that the recipe itself gives to pixels of so many channels (data.mean and data.std, or normalize: unit); empty where
/// it leaves that to its data set. UsageError where they do not go together; `of` names what has the channels.
std::optional<Preprocessing> given_preprocessing(const Recipe& recipe, int64_t channels, const std::string& of);

/// Writes the data set's name, its labels and the normalisation of its pixels into a model's description. UsageError where data.mean and
/// data.std do not go together.
void describe_data(const Recipe& recipe, const DatasetCard& card, ModelDescription& description);

}  // namespace tnn
