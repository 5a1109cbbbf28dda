#include "pipelines/described_data.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.h"
#include "pipelines/image_options.h"

namespace tnn {
namespace {

Preprocessing preprocessing_of(const Settings& settings, const DatasetCard& card) {
  if (auto given = given_preprocessing(settings, card.channels, "'" + card.name + "'")) return *given;
  return {{card.mean.begin(), card.mean.end()}, {card.std.begin(), card.std.end()}, 0};
}

/// The keys that say what size samples have, for a message; "" where there are none.
std::string size_keys(const AugmentationOptions& augmentation) {
  const bool size = augmentation.image_size != ImageExtent{}, frames = augmentation.frames != 0;
  if (!size && !frames) return "";
  return fmt::format("at {}{}{} ", size ? "data.image_size" : "", size && frames ? " and " : "", frames ? "data.frames" : "");
}

}  // namespace

std::unique_ptr<Task> task_of(const Settings& settings, const DatasetCard& card) {
  return make_task(card.task, {card.classes, settings.label_smoothing});
}

std::optional<Preprocessing> given_preprocessing(const Settings& settings, int64_t channels, const std::string& of) {
  const auto count = static_cast<size_t>(channels);
  const auto &mean = settings.data.mean, &std = settings.data.std;
  const bool given = !mean.empty() || !std.empty();
  if (given && (mean.size() != count || std.size() != count))
    throw settings.fault(mean.empty() ? "data.std" : "data.mean",
                         fmt::format("data.mean has {} numbers, data.std {}; {} has {} channels", mean.size(), std.size(), of, count));
  if (!settings.data.dataset_normalization) {
    if (given) throw settings.fault("data.normalize", "data.mean and data.std are for normalize: dataset");
    return Preprocessing{std::vector<double>(count, 0.0), std::vector<double>(count, 1.0), 0};
  }
  if (given) return Preprocessing{mean, std, 0};
  return std::nullopt;
}

Misfit misfit(const Settings& settings, const DatasetCard& card) {
  const Graph& graph = settings.model.graph;
  const auto input = graph.dimensions(graph.input().shape);
  if (card.has_clips() && input.size() != 4)
    return {"model.input", fmt::format("the network takes [{}], but clips of '{}' are [channels, frames, height, width]",
                                       fmt::join(input, ", "), card.name)};
  const auto image = image_shape(settings.data, card, graph);
  if (input != image)
    return {"model.input", fmt::format("the network takes [{}], but {} of '{}' {}are [{}]", fmt::join(input, ", "), card.noun(), card.name,
                                       size_keys(settings.data.augmentation), fmt::join(image, ", "))};
  const std::string mismatch = task_of(settings, card)->mismatch(graph);
  return mismatch.empty() ? Misfit{} : Misfit{"model.classes", fmt::format("'{}': {}", card.name, mismatch)};
}

void describe_data(const Settings& settings, const DatasetCard& card, ModelDescription& description) {
  description.task = card.task;
  description.dataset = card.name;
  description.class_names = card.classes;
  description.preprocessing = preprocessing_of(settings, card);
  check_image_options(settings, card);
  if (card.is_encoded()) {
    description.preprocessing.resize_side = settings.data.augmentation.decoding.resize_side;
    if (card.has_boxes()) {
      const WholeImage& whole = settings.data.augmentation.decoding.whole;
      description.preprocessing.whole = WholeImages{whole.short_side, whole.long_side};
    }
  } else {  // images of the input's size: nothing is cut from them
    const ImageExtent input = input_extent(description.graph);
    description.preprocessing.resize_side = std::max(input.height, input.width);
  }
}

}  // namespace tnn
