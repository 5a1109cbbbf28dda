#include "pipelines/image_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace tnn {

std::vector<int64_t> image_shape(const DataSettings& data, const DatasetCard& card, const Graph& graph) {
  const ImageExtent size = data.augmentation.image_size;
  if (size != ImageExtent{}) return {card.channels, size.height, size.width};
  if (!card.is_image_folder()) return {card.channels, card.height, card.width};
  auto shape = graph.dimensions(graph.input().shape);
  shape[0] = card.channels;
  return shape;
}

ImageExtent input_extent(const Graph& graph) {
  const auto input = graph.dimensions(graph.input().shape);
  return {static_cast<int>(input.at(1)), static_cast<int>(input.at(2))};
}

void check_image_options(const Settings& settings, const DatasetCard& card) {
  const AugmentationOptions& augmentation = settings.data.augmentation;
  if (!card.is_image_folder()) {
    if (settings.data.folder_keys.empty()) return;
    const std::string& key = settings.data.folder_keys.front();
    throw settings.fault(key,
                         fmt::format("{} is for image folders (imagenet, image_folder); the images of '{}' have one size", key, card.name));
  }
  const Graph& graph = settings.model.graph;
  if (const auto input = graph.dimensions(graph.input().shape); input.size() != 3)
    throw settings.fault("model.input",
                         fmt::format("images are [channels, height, width], the network takes [{}]", fmt::join(input, ", ")));
  const ImageExtent input = input_extent(graph);
  const int shorter = std::min(input.height, input.width), resize = augmentation.decoding.resize_side;
  if (resize != 0 && resize < shorter)
    throw settings.fault("data.resize_side",
                         fmt::format("{} is below the {} pixels that are cut out of the resized image", resize, shorter));
  if (augmentation.pad_crop != 0)
    throw settings.fault("data.pad_crop", "is for images of one size; images of different sizes have data.crop");
  if (augmentation.cutout > shorter) throw settings.fault("data.cutout", fmt::format("allowed from 0 to {}", shorter));
}

}  // namespace tnn
