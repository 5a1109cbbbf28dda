#include "pipelines/frozen_outputs.h"

#include <fmt/format.h>

#include <set>

#include "core/content_hash.h"
#include "core/error.h"
#include "cost/cost.h"
#include "data/action_outputs_file.h"
#include "data/class_labels.h"
#include "data/sample_noun.h"
#include "data/set_identity.h"
#include "graph/graph_builder.h"
#include "pipelines/experiment.h"
#include "training/collect_outputs.h"

namespace tnn {
namespace {

/// What the outputs follow from.
std::string key_of(const std::string& identity, const TrainingData& data, const std::vector<double>& actions,
                   const ControllerFeatures* features) {
  ContentHash hash;
  const AugmentationOptions plain = data.plain();
  for (const auto* indices : {&data.train, &data.validation}) {
    hash.add(fmt::format("{} samples", indices->size()));
    hash.add(indices->data(), indices->size() * sizeof(uint32_t));
  }
  for (const auto* numbers : {&plain.mean, &plain.std})
    for (const auto number : *numbers) hash.add(fmt::format("{}", number));
  hash.add(fmt::format("{} {} {} {}", plain.image_size.height, plain.image_size.width, plain.decoding.resize_side,
                       static_cast<int>(plain.decoding.scaled)));
  std::string key = fmt::format("model {}, data {}, samples {}, actions", identity, set_identity(*data.images), hash.hex());
  for (const double u : actions) key += fmt::format(" {}", u);
  if (features) key += ", features " + features->name();
  return key;
}

/// In place of images that nobody looks at: one pixel each.
std::shared_ptr<const ImageSet> stand_ins(const ImageSet& images) {
  auto set = std::make_shared<ImageSet>();
  set->channels = set->height = set->width = 1;
  set->pixels.resize(static_cast<size_t>(images.size()));
  set->targets = images.targets;
  return set;
}

KeptOutputs compute(const Network& datapath, const TrainingData& data, const ControllerOptions& how, const ControllerFeatures* features,
                    Progress& progress) {
  const std::vector<double> actions = action_utilizations(how.actions);
  const LoaderOptions options = shared_loading(data.in_order(how.evaluation_batch, datapath.channels_last()), data.group);
  Loader train(data.images, data.train, options), validation(data.images, data.validation, options);
  return {collect_outputs(datapath, train, actions, progress, features, data.group),
          collect_outputs(datapath, validation, actions, progress, features, data.group)};
}

/// Whether every process has something.
bool all_have(const SharedGroup& group, bool own) {
  return group ? group->sum(std::vector<double>{own ? 1.0 : 0.0}).front() == group->size() : own;
}

TrainingData samples_of(const TrainingData& data, const KeptOutputs& outputs, bool looks_at_pixels) {
  TrainingData samples = data;
  samples.train = outputs.train.samples;  // without those that are damaged and left out
  samples.validation = outputs.validation.samples;
  samples.augmentation = data.plain();  // what the data path says holds for the images as they are
  if (looks_at_pixels) return samples;
  samples.images = stand_ins(*data.images);
  samples.augmentation = {};
  samples.augmentation.mean = {0};
  samples.augmentation.std = {1};
  return samples;
}

}  // namespace

void check_actions(const std::vector<double>& actions, const ModelDescription& description) {
  std::set<int> distinct;
  for (const double u : actions) distinct.insert(point_at(description, u));
  if (distinct.size() < actions.size())
    throw UsageError(fmt::format("{} actions stand for {} of the network's {} operating points (allowed: at most one action a point)",
                                 actions.size(), distinct.size(), description.points.size()));
}

ActionCosts action_costs(const ModelDescription& description, const std::vector<double>& actions) {
  ActionCosts costs;
  for (const double u : actions) {
    const OperatingPoint& point = description.points[static_cast<size_t>(point_at(description, u))];
    costs.macs.push_back(static_cast<double>(network_cost(description.graph, point.configuration).macs));
  }
  return costs;
}

std::optional<ControllerFeatures> features_of(const ControllerOptions& options, const ModelDescription& datapath) {
  if (options.input != ControllerInput::features) return std::nullopt;
  return ControllerFeatures(datapath, options.features, action_utilizations(options.actions).front());
}

std::optional<ControllerFeatures> features_of(const ControllerDescription& controller, const ModelDescription& datapath) {
  if (controller.input != ControllerInput::features) return std::nullopt;
  return ControllerFeatures(datapath, controller.features, controller.actions.front());
}

Network with_features(Network datapath, const std::optional<ControllerFeatures>& features) {
  if (features) datapath.description().graph = GraphBuilder::with_output(datapath.graph(), features->name());
  return datapath;
}

ControllerData controller_data(const Experiment& experiment, const Network& datapath, const std::string& identity, const TrainingData& data,
                               const RunFolder& folder, Progress& progress) {
  const ControllerOptions& options = experiment.settings.controller;
  const std::vector<double> actions = action_utilizations(options.actions);
  const std::optional<ControllerFeatures> found = features_of(options, datapath.description());
  const ControllerFeatures* features = found ? &*found : nullptr;
  const std::string key = key_of(identity, data, actions, features);
  std::optional<KeptOutputs> outputs = read_kept_outputs(folder.outputs(), key);
  const int64_t wanted = features ? features->count() : 0;
  if (outputs && (outputs->train.feature_count != wanted || outputs->validation.feature_count != wanted)) outputs.reset();
  if (!all_have(data.group, outputs.has_value())) outputs.reset();
  if (outputs) {
    progress.message(fmt::format("the data path's outputs at {} actions are those of '{}'", actions.size(), folder.outputs().string()));
  } else {
    if (std::filesystem::exists(folder.outputs()))
      progress.message(
          fmt::format("'{}' is damaged or belongs to another model, other data or another recipe: the data path's outputs are "
                      "computed anew",
                      folder.outputs().string()));
    outputs = compute(datapath, data, options, features, progress);
    if (is_writer(data.group)) write_kept_outputs(folder.outputs(), key, *outputs);
  }
  ControllerData result;
  result.noun = noun_of(*data.images);
  result.samples = samples_of(data, *outputs, options.input == ControllerInput::pixels);
  const ActionCosts costs = action_costs(datapath.description(), actions);
  const double full = static_cast<double>(network_cost(datapath.graph(), Configuration::full(datapath.graph())).macs);
  for (const double macs : macs_of_actions(costs, options.input)) result.mac_share.push_back(macs / full);
  result.costs = options.reward.mac_ratio ? result.mac_share : actions;
  result.train = std::move(outputs->train);
  result.validation = std::move(outputs->validation);
  return result;
}

}  // namespace tnn
