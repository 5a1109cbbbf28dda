#include "pipelines/described_data.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.h"

namespace tnn {
namespace {

Preprocessing preprocessing_of(const Recipe& recipe, const DatasetCard& card) {
  const auto channels = static_cast<size_t>(card.channels);
  const auto &mean = recipe.reals("data.mean"), &std = recipe.reals("data.std");
  const bool given = !mean.empty() || !std.empty();
  if (given && (mean.size() != channels || std.size() != channels))
    throw recipe.fault(mean.empty() ? "data.std" : "data.mean", fmt::format("data.mean has {} numbers, data.std {}; '{}' has {} channels",
                                                                            mean.size(), std.size(), card.name, channels));
  if (recipe.text("data.normalize") != "dataset") {
    if (given) throw recipe.fault("data.normalize", "data.mean and data.std are for normalize: dataset");
    return {std::vector<double>(channels, 0.0), std::vector<double>(channels, 1.0)};
  }
  if (given) return {mean, std};
  return {{card.mean.begin(), card.mean.end()}, {card.std.begin(), card.std.end()}};
}

}  // namespace

Misfit misfit(const Recipe& recipe, const Graph& graph, const DatasetCard& card) {
  const int64_t size = recipe.integer("data.image_size");
  const std::vector<int64_t> image{card.channels, size ? size : card.height, size ? size : card.width};
  const auto input = graph.dimensions(graph.input().shape);
  if (input != image)
    return {"model.input", fmt::format("the network takes [{}], but images of '{}' {}are [{}]", fmt::join(input, ", "), card.name,
                                       size ? "at data.image_size " : "", fmt::join(image, ", "))};
  const int64_t classes = graph.channels(graph.node(graph.outputs().front()).shape);
  if (classes != static_cast<int64_t>(card.classes.size()))
    return {"model.classes", fmt::format("the network gives {} classes, but '{}' has {}", classes, card.name, card.classes.size())};
  return {};
}

void describe_data(const Recipe& recipe, const DatasetCard& card, ModelDescription& description) {
  description.dataset = card.name;
  description.class_names = card.classes;
  description.preprocessing = preprocessing_of(recipe, card);
}

}  // namespace tnn
