#include <fmt/format.h>

#include "core/error.h"
#include "core/name_table.h"
#include "pipelines/settings/settings.h"

namespace tnn {
namespace {

constexpr const char* kFolderKeys[] = {"data.resize_side", "data.crop",       "data.crop_scale", "data.crop_ratio",      "data.brightness",
                                       "data.contrast",    "data.saturation", "data.hue",        "data.scaled_decoding", "data.damaged"};

constexpr const char* kBoxKeys[] = {"data.short_side", "data.long_side", "data.scale_jitter"};

constexpr NamedValue<DecodingOptions::Scaled> kScaled[] = {{"never", DecodingOptions::Scaled::never},
                                                           {"training", DecodingOptions::Scaled::training},
                                                           {"always", DecodingOptions::Scaled::always}};
constexpr NamedValue<DamagePolicy> kDamaged[] = {{"stop", DamagePolicy::stop}, {"skip", DamagePolicy::skip}};

void check_rising(const Recipe& recipe, const char* key, const std::vector<double>& pair) {
  if (pair[0] > pair[1]) throw recipe.fault(key, fmt::format("[{}, {}]: the lower end comes first", pair[0], pair[1]));
}

ImageExtent image_size(const Recipe& recipe) {
  const auto& sides = recipe.integers("data.image_size");
  if ((sides.front() == 0) != (sides.back() == 0))
    throw recipe.fault("data.image_size", fmt::format("[{}, {}]: height and width are both 0 (as stored), or neither", sides[0], sides[1]));
  return {static_cast<int>(sides.front()), static_cast<int>(sides.back())};
}

DecodingOptions decoding_options(const Recipe& recipe) {
  DecodingOptions options;
  const auto& scale = recipe.reals("data.crop_scale");
  const auto& ratio = recipe.reals("data.crop_ratio");
  check_rising(recipe, "data.crop_scale", scale);
  check_rising(recipe, "data.crop_ratio", ratio);
  const auto& jitter = recipe.reals("data.scale_jitter");
  check_rising(recipe, "data.scale_jitter", jitter);
  options.whole.short_side = static_cast<int>(recipe.integer("data.short_side"));
  options.whole.long_side = static_cast<int>(recipe.integer("data.long_side"));
  options.whole.scale_low = jitter[0], options.whole.scale_high = jitter[1];
  options.resize_side = static_cast<int>(recipe.integer("data.resize_side"));
  options.crop = recipe.text("data.crop") == "random_resized";
  options.crop_range = {scale[0], scale[1], ratio[0], ratio[1]};
  options.jitter = {recipe.real("data.brightness"), recipe.real("data.contrast"), recipe.real("data.saturation"), recipe.real("data.hue")};
  options.scaled = value_from_name(kScaled, "data.scaled_decoding", recipe.text("data.scaled_decoding"));
  options.damaged = value_from_name(kDamaged, "data.damaged", recipe.text("data.damaged"));
  return options;
}

}  // namespace

DataSettings data_settings(const Recipe& recipe) {
  DataSettings data;
  data.name = recipe.text("data.name");
  data.root = recipe.text("data.root");
  data.validation_fraction = recipe.real("data.validation_fraction");
  data.train_limit = recipe.integer("data.train_limit");
  data.test_limit = recipe.integer("data.test_limit");
  data.workers = static_cast<int>(recipe.integer("data.workers"));
  data.augmentation.pad_crop = static_cast<int>(recipe.integer("data.pad_crop"));
  data.augmentation.flip = recipe.boolean("data.flip");
  data.augmentation.cutout = static_cast<int>(recipe.integer("data.cutout"));
  data.augmentation.image_size = image_size(recipe);
  data.augmentation.frames = static_cast<int>(recipe.integer("data.frames"));
  data.augmentation.augment = true;
  data.augmentation.decoding = decoding_options(recipe);
  data.dataset_normalization = recipe.text("data.normalize") == "dataset";
  data.mean = recipe.reals("data.mean");
  data.std = recipe.reals("data.std");
  for (const char* key : kFolderKeys)
    if (!recipe.has_default_value(key)) data.folder_keys.emplace_back(key);  // a resolved recipe names every key
  for (const char* key : kBoxKeys)
    if (!recipe.has_default_value(key)) data.box_keys.emplace_back(key);
  return data;
}

}  // namespace tnn
