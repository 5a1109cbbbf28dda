#pragma once

#include <cstdint>
#include <vector>

#include "data/dataset_card.h"
#include "data/resize.h"
#include "pipelines/settings/settings.h"

namespace tnn {

/// [channels, height, width] of the images that a network is given: those of the data set, or at data.image_size. Images of different sizes
/// are brought to what the network takes.
std::vector<int64_t> image_shape(const DataSettings& data, const DatasetCard& card, const Graph& graph);

/// Height and width of the images that a network takes, whose input is [channels, height, width].
ImageExtent input_extent(const Graph& graph);

/// A fault of the recipe where its keys for images of different sizes do not go together with each other, the data set or the network.
void check_image_options(const Settings& settings, const DatasetCard& card);

}  // namespace tnn
