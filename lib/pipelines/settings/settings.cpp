#include "pipelines/settings/settings.h"

#include <fmt/format.h>

#include <memory>

#include "models/faster_rcnn.h"
#include "pipelines/settings/model_settings.h"
#include "training/validation.h"

namespace tnn {
namespace {

PretrainedOptions pretrained_options(const Recipe& recipe) {
  const Architecture& architecture = find_architecture(recipe.text("model.name"));
  PretrainedOptions options;
  options.file = recipe.text("model.pretrained");
  options.entry = recipe.text("model.pretrained_entry");
  options.rename = recipe.text_pairs("model.pretrained_rename");
  options.ignore = recipe.texts("model.pretrained_ignore");
  options.except = recipe.texts("model.pretrained_except");
  const bool detector = !recipe.text("detector.cut").empty() || !recipe.texts("detector.fpn").empty();
  if (architecture.pretrained_name || detector)
    options.known_name = [known = architecture.pretrained_name, model = model_options(recipe), detector](std::string name) {
      if (detector) name = faster_rcnn_pretrained_name(name);
      return known ? known(name, model) : name;
    };
  return options;
}

Fingerprint recipe_fingerprint(const Recipe& recipe, const std::string& stage) {
  Fingerprint fingerprint{recipe.deciding_values(stage), {}};
  for (const auto& [key, value] : fingerprint.values)
    if (recipe.has_default_value(key)) fingerprint.defaults.insert(key);
  return fingerprint;
}

void check_model_name(const Recipe& recipe) {
  const std::filesystem::path model = recipe.text("export.model");
  if (model.empty() || model.has_parent_path() || model.extension() != ".safetensors")
    throw recipe.fault(
        "export.model",
        fmt::format("'{}' is not a file name with the extension .safetensors (it is written in the run folder)", model.string()));
}

}  // namespace

LoopSettings loop_settings(const Recipe& recipe, const std::string& section) {
  LoopSettings loop;
  loop.epochs = recipe.integer(section + ".epochs");
  loop.batch_size = recipe.integer(section + ".batch_size");
  loop.optimizer.kind = optimizer_from_name(recipe.text(section + ".optimizer"));
  loop.schedule.kind = schedule_from_name(recipe.text(section + ".schedule"));
  loop.schedule.base = recipe.real(section + ".learning_rate");
  loop.schedule.epochs = static_cast<double>(loop.epochs);
  loop.seed = static_cast<uint64_t>(recipe.integer("training.seed"));
  loop.checkpoint_steps = recipe.integer("training.checkpoint_steps");
  loop.log_steps = recipe.integer("training.log_steps");
  return loop;
}

EvaluationSettings evaluation_settings(const Recipe& recipe) {
  return {recipe.text("evaluation.u"), recipe.integer("evaluation.batch_size"), recipe.boolean("evaluation.latency"),
          recipe.integer("evaluation.latency_repeats")};
}

OutputSettings output_settings(const Recipe& recipe) {
  return {recipe.text("output.folder"), recipe.text("output.name"), recipe.texts("output.formats"), recipe.boolean("output.tensorboard"),
          recipe.text("export.model")};
}

RunSettings run_settings(const Recipe& recipe) {
  return {recipe.text("run.device"), static_cast<int>(recipe.integer("run.threads")), recipe.boolean("training.channels_last"),
          static_cast<uint64_t>(recipe.integer("training.seed")), recipe.real("run.timeout_seconds")};
}

Settings read_settings(const Recipe& recipe) {
  check_model_name(recipe);
  Settings settings;
  settings.recipe_name = recipe.name();
  settings.resolved_yaml = recipe.resolved_yaml();
  settings.model = describe_recipe_model(recipe);
  settings.pretrained = pretrained_options(recipe);
  settings.data = data_settings(recipe);
  settings.label_smoothing = recipe.real("training.label_smoothing");
  settings.datapath = datapath_options(recipe);
  settings.gates = gate_options(recipe);
  settings.controller = controller_options(recipe);
  if (settings.controller.enabled) build_controller(recipe, settings.model);  // says what is wrong
  settings.datapath.evaluation_batch = settings.gates.evaluation_batch = settings.controller.evaluation_batch =
      evaluation_batch(settings.model.graph, recipe.integer("evaluation.batch_size"));
  settings.evaluation = evaluation_settings(recipe);
  settings.output = output_settings(recipe);
  settings.run = run_settings(recipe);
  for (const char* key : {"model.pretrained", "model.file", "controller.file"})
    if (const std::string& file = recipe.text(key); !file.empty()) settings.input_files.emplace_back(key, file);
  for (const std::string& stage : recipe_stage_names()) settings.fingerprints[stage] = recipe_fingerprint(recipe, stage);
  const auto kept = std::make_shared<const Recipe>(recipe);
  settings.fault = [kept](const std::string& key, const std::string& message) { return kept->fault(key, message); };
  settings.controller_graph = [kept](const ModelDescription& datapath) { return build_controller(*kept, datapath); };
  return settings;
}

}  // namespace tnn
