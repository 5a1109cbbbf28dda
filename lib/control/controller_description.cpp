#include "control/controller_description.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "core/content_hash.h"
#include "core/json_text.h"
#include "core/name_table.h"
#include "formats/model_description.h"
#include "formats/model_tensors.h"
#include "gating/gating_strategy.h"

namespace tnn {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kKey = "tnn.controller";
constexpr int kVersion = 1;
constexpr NamedValue<ControllerInput> kInputs[] = {
    {"pixels", ControllerInput::pixels}, {"features", ControllerInput::features}, {"logits", ControllerInput::logits}};

Json cascade_json(const Cascade& cascade) {
  Json stages = Json::array();
  for (const Cascade::Stage& stage : cascade.stages) stages.push_back({{"u", stage.u}, {"threshold", stage.threshold}});
  return {{"measure", confidence_measure_name(cascade.measure)}, {"stages", stages}};
}

Cascade parse_cascade(const Json& json) {
  Cascade cascade;
  cascade.measure = confidence_measure_from_name(json.at("measure").get<std::string>());
  for (const Json& stage : json.at("stages")) cascade.stages.push_back({stage.at("u").get<double>(), stage.at("threshold").get<double>()});
  if (cascade.stages.empty()) throw UsageError("a cascade without stages");
  for (const Cascade::Stage& stage : cascade.stages) check_utilization(stage.u);
  if (!std::is_sorted(cascade.stages.begin(), cascade.stages.end(), [](const auto& a, const auto& b) { return a.u < b.u; }))
    throw UsageError("the stages of a cascade do not have rising u");
  return cascade;
}

ControllerDescription parse(const std::string& text) {
  const Json json = parse_json<Json>(text);
  if (json.at("version").get<int>() != kVersion)
    throw UsageError(fmt::format("version {} of controllers (known: {})", json.at("version").get<int>(), kVersion));
  ControllerDescription description;
  description.input = controller_input_from_name(json.at("input").get<std::string>());
  if (description.input == ControllerInput::features) description.features = json.at("features").get<std::string>();
  description.actions = json.at("actions").get<std::vector<double>>();
  description.datapath = json.at("datapath").get<std::string>();
  for (const Json& cascade : json.at("cascades")) description.cascades.push_back(parse_cascade(cascade));
  if (description.actions.empty()) throw UsageError("no actions");
  for (const double u : description.actions) check_utilization(u);
  for (size_t k = 1; k < description.actions.size(); ++k)
    if (!(description.actions[k - 1] < description.actions[k])) throw UsageError("the actions do not rise");
  return description;
}

}  // namespace

ControllerInput controller_input_from_name(const std::string& name) { return value_from_name(kInputs, "controller.input", name); }
std::string controller_input_name(ControllerInput input) { return name_of_value(kInputs, input); }

std::string cascade_to_json(const Cascade& cascade) { return cascade_json(cascade).dump(); }

Cascade cascade_from_json(const std::string& text) {
  const Json json = parse_json<Json>(text);
  try {
    return parse_cascade(json);
  } catch (const nlohmann::json::exception& fault) {
    throw UsageError(json_fault(fault));
  }
}

int64_t action_of(const std::vector<double>& actions, double u) {
  const auto found = std::lower_bound(actions.begin(), actions.end(), u);
  return std::min<int64_t>(found - actions.begin(), static_cast<int64_t>(actions.size()) - 1);
}

SafetensorsMetadata controller_to_metadata(const ControllerDescription& description) {
  Json json{{"version", kVersion},
            {"input", controller_input_name(description.input)},
            {"actions", description.actions},
            {"datapath", description.datapath},
            {"cascades", Json::array()}};
  if (description.input == ControllerInput::features) json["features"] = description.features;
  for (const Cascade& cascade : description.cascades) json["cascades"].push_back(cascade_json(cascade));
  return {{kKey, json.dump()}};
}

ControllerDescription controller_from_metadata(const SafetensorsMetadata& metadata, const std::string& path) {
  const auto found = metadata.find(kKey);
  if (found == metadata.end())
    throw DataError(fmt::format("'{}' holds no controller (its metadata has no {}); `tnn train-controller` writes one", path, kKey));
  try {
    return parse(found->second);
  } catch (const nlohmann::json::exception& fault) {
    throw DataError(fmt::format("'{}' has a damaged controller: {}", path, json_fault(fault)));
  } catch (const UsageError& error) {
    throw DataError(fmt::format("'{}' has a damaged controller: {}", path, error.what()));
  }
}

std::string model_identity(const SafetensorsFile& file) {
  const ModelDescription description = description_from_metadata(file.metadata(), file.path().string());
  ContentHash hash;
  hash.add(file.metadata().at("tnn.graph"));
  for (const OperatingPoint& point : description.points)
    for (const ActiveGroups& gate : point.configuration.gates) hash.add(gate.pattern());
  for (const ModelTensor& tensor : model_tensors(description)) {
    hash.add(tensor.name);
    if (const TensorView* view = file.find(tensor.name)) hash.add(view->data, view->bytes());
  }
  return hash.hex();
}

void check_datapath(const ControllerDescription& description, const std::filesystem::path& controller, const std::filesystem::path& model) {
  if (const std::string found = model_identity(SafetensorsFile(model)); found != description.datapath)
    throw UsageError(fmt::format("'{}' chooses for another network than '{}' (it was trained on the weights {}, these are {})",
                                 controller.string(), model.string(), description.datapath, found));
}

}  // namespace tnn
