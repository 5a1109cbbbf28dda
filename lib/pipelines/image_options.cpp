#include "pipelines/image_options.h"

#include <fmt/format.h>

#include "core/error.h"

namespace tnn {
namespace {

constexpr const char* kFolderKeys[] = {"data.resize_side", "data.crop",       "data.crop_scale", "data.crop_ratio",      "data.brightness",
                                       "data.contrast",    "data.saturation", "data.hue",        "data.scaled_decoding", "data.damaged"};

void check_rising(const Recipe& recipe, const char* key, const std::vector<double>& pair) {
  if (pair[0] > pair[1]) throw recipe.fault(key, fmt::format("[{}, {}]: the lower end comes first", pair[0], pair[1]));
}

void check_sides(const Recipe& recipe, const Graph& graph) {
  const auto input = graph.dimensions(graph.input().shape);
  if (input.size() != 3 || input[1] != input[2])
    throw recipe.fault("model.input", "images of different sizes are cut to squares: height and width must be equal");
  const int64_t resize = recipe.integer("data.resize_side");
  if (resize != 0 && resize < input[1])
    throw recipe.fault("data.resize_side",
                       fmt::format("{} is below the {} pixels that are cut out of the resized image", resize, input[1]));
  if (recipe.integer("data.pad_crop") != 0)
    throw recipe.fault("data.pad_crop", "is for images of one size; images of different sizes have data.crop");
  if (recipe.integer("data.cutout") > input[1]) throw recipe.fault("data.cutout", fmt::format("allowed from 0 to {}", input[1]));
}

}  // namespace

std::vector<int64_t> image_shape(const Recipe& recipe, const DatasetCard& card, const Graph& graph) {
  const int64_t size = recipe.integer("data.image_size");
  if (size != 0 || !card.is_image_folder()) return {card.channels, size ? size : card.height, size ? size : card.width};
  auto shape = graph.dimensions(graph.input().shape);
  shape[0] = card.channels;
  return shape;
}

DecodingOptions::Scaled scaled_decoding(const Recipe& recipe) {
  const std::string& when = recipe.text("data.scaled_decoding");
  using Scaled = DecodingOptions::Scaled;
  return when == "never" ? Scaled::never : when == "always" ? Scaled::always : Scaled::training;
}

DamagePolicy damage_policy(const Recipe& recipe) { return recipe.text("data.damaged") == "skip" ? DamagePolicy::skip : DamagePolicy::stop; }

DecodingOptions decoding_options(const Recipe& recipe, const DatasetCard& card, const Graph& graph) {
  DecodingOptions options;
  if (!card.is_image_folder()) {
    for (const char* key : kFolderKeys)
      if (!recipe.has_default_value(key))  // a resolved recipe names every key
        throw recipe.fault(
            key, fmt::format("{} is for image folders (imagenet, image_folder); the images of '{}' have one size", key, card.name));
    return options;
  }
  check_sides(recipe, graph);
  const auto& scale = recipe.reals("data.crop_scale");
  const auto& ratio = recipe.reals("data.crop_ratio");
  check_rising(recipe, "data.crop_scale", scale);
  check_rising(recipe, "data.crop_ratio", ratio);
  options.resize_side = static_cast<int>(recipe.integer("data.resize_side"));
  options.crop = recipe.text("data.crop") == "random_resized";
  options.crop_range = {scale[0], scale[1], ratio[0], ratio[1]};
  options.jitter = {recipe.real("data.brightness"), recipe.real("data.contrast"), recipe.real("data.saturation"), recipe.real("data.hue")};
  options.scaled = scaled_decoding(recipe);
  options.damaged = damage_policy(recipe);
  return options;
}

}  // namespace tnn
