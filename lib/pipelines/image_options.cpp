#include "pipelines/image_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace tnn {
namespace {

std::vector<int64_t> input_shape(const Graph& graph) { return graph.dimensions(graph.input().shape); }

void check_dimensions(const Settings& settings, const DatasetCard& card) {
  const Graph& graph = settings.model.graph;
  const auto input = input_shape(graph);
  if (input.size() == (card.has_clips() ? 4U : 3U)) return;
  throw settings.fault("model.input", fmt::format("{} are [channels, {}height, width], the network takes [{}]", card.noun(),
                                                  card.has_clips() ? "frames, " : "", fmt::join(input, ", ")));
}

/// Images with boxes are kept whole: what cuts, covers or pads them is refused, by its key.
void check_box_options(const Settings& settings, const DatasetCard& card) {
  const std::string why =
      fmt::format("'{}' is a data set for detection, whose images are kept whole (data.short_side, data.long_side)", card.name);
  for (const std::string& key : settings.data.folder_keys)
    if (key == "data.resize_side" || key.starts_with("data.crop"))
      throw settings.fault(key, fmt::format("{} does not go with it: {}", key, why));
  if (settings.data.augmentation.pad_crop != 0) throw settings.fault("data.pad_crop", "data.pad_crop does not go with it: " + why);
  if (settings.data.augmentation.cutout != 0) throw settings.fault("data.cutout", "data.cutout does not go with it: " + why);
}

}  // namespace

std::vector<int64_t> image_shape(const DataSettings& data, const DatasetCard& card, const Graph& graph) {
  const ImageExtent size = data.augmentation.image_size;
  if (card.has_clips()) {
    const ImageExtent taken = size != ImageExtent{} ? size : input_extent(graph);
    const int frames = data.augmentation.frames != 0 ? data.augmentation.frames : input_frames(graph);
    return {card.channels, frames, taken.height, taken.width};
  }
  if (size != ImageExtent{}) return {card.channels, size.height, size.width};
  if (!card.is_encoded()) return {card.channels, card.height, card.width};
  auto shape = input_shape(graph);
  shape[0] = card.channels;
  return shape;
}

bool takes_clips(const Graph& graph) { return input_shape(graph).size() == 4; }

ImageExtent input_extent(const Graph& graph) {
  const auto input = input_shape(graph);
  const size_t rows = takes_clips(graph) ? 2 : 1;
  return {static_cast<int>(input.at(rows)), static_cast<int>(input.at(rows + 1))};
}

int input_frames(const Graph& graph) { return takes_clips(graph) ? static_cast<int>(input_shape(graph)[1]) : 0; }

void check_image_options(const Settings& settings, const DatasetCard& card) {
  const AugmentationOptions& augmentation = settings.data.augmentation;
  if (augmentation.flip && !card.flip)
    throw settings.fault(
        "data.flip",
        fmt::format("mirrored left to right, {} of '{}' would not keep their classes (its card says flip: false)", card.noun(), card.name));
  if (augmentation.frames != 0 && !card.has_clips())
    throw settings.fault("data.frames", fmt::format("data.frames is for clips (jester, clip_folder); '{}' has images", card.name));
  if (!card.has_boxes() && !settings.data.box_keys.empty()) {
    const std::string& key = settings.data.box_keys.front();
    throw settings.fault(key,
                         fmt::format("{} is for detection (voc2007, coco2017, voc_folder); '{}' has images without boxes", key, card.name));
  }
  if (!card.is_encoded()) {
    if (settings.data.folder_keys.empty()) return;
    const std::string& key = settings.data.folder_keys.front();
    throw settings.fault(key,
                         fmt::format("{} is for image folders (imagenet, image_folder); the images of '{}' have one size", key, card.name));
  }
  check_dimensions(settings, card);
  if (card.has_boxes()) return check_box_options(settings, card);
  const ImageExtent input = input_extent(settings.model.graph);
  const int shorter = std::min(input.height, input.width), resize = augmentation.decoding.resize_side;
  if (resize != 0 && resize < shorter)
    throw settings.fault("data.resize_side",
                         fmt::format("{} is below the {} pixels that are cut out of the resized image", resize, shorter));
  if (augmentation.pad_crop != 0)
    throw settings.fault("data.pad_crop", "is for images of one size; images of different sizes have data.crop");
  if (augmentation.cutout > shorter) throw settings.fault("data.cutout", fmt::format("allowed from 0 to {}", shorter));
}

}  // namespace tnn
