#pragma once

#include <cstdint>
#include <vector>

#include "data/dataset_card.h"
#include "data/resize.h"
#include "pipelines/settings/settings.h"

namespace tnn {

/// [channels, height, width] of the images that a network is given: those of the data set, or at data.image_size. Images of different sizes
/// are brought to what the network takes; of clips, [channels, frames, height, width], that is true of data.frames, too.
std::vector<int64_t> image_shape(const DataSettings& data, const DatasetCard& card, const Graph& graph);

/// Whether a network takes clips: [channels, frames, height, width].
bool takes_clips(const Graph& graph);
/// Height and width of the images or frames that a network takes.
ImageExtent input_extent(const Graph& graph);
/// How many frames a network takes; 0 where it takes images.
int input_frames(const Graph& graph);

/// A fault of the recipe where its keys for images of different sizes and for clips do not go together with each other, the data set or the
/// network, or images with boxes, which are kept whole, would be cut, covered or padded; data.flip with a data set whose classes mirroring
/// changes.
void check_image_options(const Settings& settings, const DatasetCard& card);

}  // namespace tnn
