#pragma once

#include <cstdint>
#include <vector>

#include "data/augmentation.h"
#include "data/dataset_card.h"
#include "graph/graph.h"
#include "recipe/recipe.h"

namespace tnn {

/// [channels, height, width] of the images that a recipe's network is given: those of the data set, or at data.image_size. Images of
/// different sizes are brought to what the network takes.
std::vector<int64_t> image_shape(const Recipe& recipe, const DatasetCard& card, const Graph& graph);

/// The data keys of image folders. A fault of the recipe where they do not go together, belong to another kind of data set, or the
/// network's input is not square.
DecodingOptions decoding_options(const Recipe& recipe, const DatasetCard& card, const Graph& graph);

/// The two of them that do not change what a trained model computes: data.scaled_decoding and data.damaged.
DecodingOptions::Scaled scaled_decoding(const Recipe& recipe);
DamagePolicy damage_policy(const Recipe& recipe);

}  // namespace tnn
