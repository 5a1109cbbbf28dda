#include "pipelines/described_data.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.h"
#include "pipelines/image_options.h"

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
    return {std::vector<double>(channels, 0.0), std::vector<double>(channels, 1.0), 0};
  }
  if (given) return {mean, std, 0};
  return {{card.mean.begin(), card.mean.end()}, {card.std.begin(), card.std.end()}, 0};
}

/// Why the network's output cannot be the logits of a classifier; empty where it can.
std::string output_fault(const Graph& graph) {
  const Node& output = graph.node(graph.outputs().front());
  if (!output.shape.extent.empty())
    return fmt::format("the output '{}' is [{}] for each image: a classifier gives one number a class (pool and flatten it first)",
                       output.name, fmt::join(graph.dimensions(output.shape), ", "));
  for (const Part& part : output.shape.parts)
    if (const ChannelSpace& space = graph.space(part.space); space.gate != kNone)
      return fmt::format(
          "the output '{}' lies in the space '{}' of the gate '{}': a classifier gives all its classes at every u (a space without "
          "gate)",
          output.name, space.name, graph.gate(space.gate).name);
  return "";
}

}  // namespace

Misfit misfit(const Recipe& recipe, const Graph& graph, const DatasetCard& card) {
  const auto image = image_shape(recipe, card, graph), input = graph.dimensions(graph.input().shape);
  if (input != image)
    return {"model.input", fmt::format("the network takes [{}], but images of '{}' {}are [{}]", fmt::join(input, ", "), card.name,
                                       recipe.integer("data.image_size") ? "at data.image_size " : "", fmt::join(image, ", "))};
  if (std::string fault = output_fault(graph); !fault.empty()) return {"model.name", std::move(fault)};
  const int64_t classes = graph.channels(graph.node(graph.outputs().front()).shape);
  if (!card.classes.empty() && classes != static_cast<int64_t>(card.classes.size()))  // none: they are read from the folder
    return {"model.classes", fmt::format("the network gives {} classes, but '{}' has {}", classes, card.name, card.classes.size())};
  return {};
}

void describe_data(const Recipe& recipe, const DatasetCard& card, ModelDescription& description) {
  description.dataset = card.name;
  description.class_names = card.classes;
  description.preprocessing = preprocessing_of(recipe, card);
  description.preprocessing.resize_side = decoding_options(recipe, card, description.graph).resize_side;
}

}  // namespace tnn
