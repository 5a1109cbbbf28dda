#include "pipelines/image_options.h"

#include <fmt/format.h>

namespace tnn {

std::vector<int64_t> image_shape(const DataSettings& data, const DatasetCard& card, const Graph& graph) {
  const int64_t size = data.augmentation.image_size;
  if (size != 0 || !card.is_image_folder()) return {card.channels, size ? size : card.height, size ? size : card.width};
  auto shape = graph.dimensions(graph.input().shape);
  shape[0] = card.channels;
  return shape;
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
  const auto input = graph.dimensions(graph.input().shape);
  if (input.size() != 3 || input[1] != input[2])
    throw settings.fault("model.input", "images of different sizes are cut to squares: height and width must be equal");
  const int64_t resize = augmentation.decoding.resize_side;
  if (resize != 0 && resize < input[1])
    throw settings.fault("data.resize_side",
                         fmt::format("{} is below the {} pixels that are cut out of the resized image", resize, input[1]));
  if (augmentation.pad_crop != 0)
    throw settings.fault("data.pad_crop", "is for images of one size; images of different sizes have data.crop");
  if (augmentation.cutout > input[1]) throw settings.fault("data.cutout", fmt::format("allowed from 0 to {}", input[1]));
}

}  // namespace tnn
