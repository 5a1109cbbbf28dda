#include "pipelines/controller_stage.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/atomic_file.h"
#include "core/error.h"
#include "cost/cost.h"
#include "network/device.h"
#include "network/model_file.h"
#include "pipelines/frozen_outputs.h"
#include "pipelines/gate_stage.h"
#include "pipelines/trained_file.h"
#include "pipelines/training_stage.h"
#include "training/checkpoint.h"
#include "training/controller_policy.h"

namespace tnn {
namespace {

void check_experiment(const Experiment& experiment) {
  const Settings& settings = experiment.settings;
  if (experiment.description.task != "classification")
    throw settings.fault("controller.method",
                         fmt::format("a controller is rewarded for right answers: the task of '{}' is {} (allowed: classification)",
                                     experiment.dataset.card.name, experiment.description.task));
  if (settings.data.validation_fraction <= 0)
    throw settings.fault("data.validation_fraction",
                         "is 0, but a controller's best epoch and the cascades beside it are chosen on validation samples");
}

void check_points(const Experiment& experiment, const ModelDescription& description) {
  try {
    check_actions(action_utilizations(experiment.settings.controller.actions), description);
  } catch (const UsageError& error) {
    throw experiment.settings.fault("controller.actions", error.what());
  }
}

/// The description of a controller's own network: one operating point, an output an action.
ModelDescription describe_controller(const Experiment& experiment, const ModelDescription& datapath) {
  const Settings& settings = experiment.settings;
  ModelDescription description = describe_model(settings.controller_graph(datapath), {}, BatchNormMode::shared);
  description.dataset = experiment.description.dataset;
  description.preprocessing = experiment.description.preprocessing;
  for (const double u : action_utilizations(settings.controller.actions)) description.class_names.push_back(fmt::format("u = {}", u));
  return description;
}

StageLog controller_log(const Settings& settings) {
  const ControllerOptions& options = settings.controller;
  StageLog log{options.epochs, {}, settings.output.tensorboard, "accuracy", {}};
  log.validation = {{"validation_reward", "mean reward", false},
                    {"validation_oracle_reward", "the oracle's", false},
                    {"validation_accuracy", "accuracy"},
                    {"validation_mean_u", "mean u", false},
                    {"validation_mean_mac_share", "of the MACs"}};
  for (const double u : action_utilizations(options.actions)) log.validation.push_back({fmt::format("validation_share_u{}", u), ""});
  log.remark = [actions = action_utilizations(options.actions)](const EpochSummary& summary) -> std::string {
    if (summary.validation.empty()) return "";
    const ControllerValidation validation = ControllerValidation::from(summary.validation);
    std::string line = "actions:";
    for (size_t k = 0; k < actions.size(); ++k)
      if (validation.shares[k] > 0) line += fmt::format(" u = {} {:.1f} %", actions[k], 100 * validation.shares[k]);
    if (validation.is_collapsed())
      line +=
          "; the controller has collapsed to one action: another controller.reward, gamma1, gamma2, lambda or a higher entropy may help";
    return line;
  };
  return log;
}

/// A folder of another training is refused before its kept outputs are replaced by those of this one.
void check_own(const std::filesystem::path& checkpoint, const Fingerprint& fingerprint) {
  if (std::filesystem::exists(checkpoint)) read_checkpoint_state(SafetensorsFile(checkpoint), fingerprint);
}

/// Cascades of the same mean MACs as the controller on the validation samples, each its own best.
std::vector<Cascade> rival_cascades(const Network& controller, const ControllerOptions& options, const ControllerTrainer& trainer,
                                    const ActionCosts& costs, Loader& validation) {
  const ActionOutputs& outputs = trainer.data().validation;
  const std::vector<int64_t> actions = chosen_actions(controller, options.input, outputs, validation);
  const auto own = static_cast<double>(network_cost(controller.graph(), Configuration::full(controller.graph())).macs);
  const double budget = learned_choice(outputs, costs, actions, options.input, {own, 0}).mean_macs();
  std::vector<Cascade> cascades;
  for (const ConfidenceMeasure measure : {ConfidenceMeasure::max_softmax, ConfidenceMeasure::entropy})
    cascades.push_back(best_cascade(outputs, costs, measure, budget));
  return cascades;
}

}  // namespace

void ControllerStage::check(const Experiment& experiment, const std::filesystem::path& model, bool) const {
  check_experiment(experiment);
  if (!model.empty())
    check_points(experiment, load_datapath(experiment, model).description());
  else if (experiment.settings.gates.method == GateMethod::none)
    check_points(experiment, experiment.description);
}

TrainedModel ControllerStage::train(const StageInput& input, const RunFolder& folder, bool resume, Progress& progress) const {
  const Settings& settings = input.experiment.settings;
  const ControllerOptions& options = settings.controller;
  Network loaded = load_datapath(input.experiment, input.model);
  const auto features = features_of(options, loaded.description());
  const Network datapath = with_features(std::move(loaded), features);
  check_points(input.experiment, datapath.description());
  check_held_out(input.model, *input.data.images, input.data.validation);
  const std::string identity = model_identity(SafetensorsFile(input.model));
  Network controller(describe_controller(input.experiment, datapath.description()), options.seed, choose_device(settings.run.device),
                     settings.run.channels_last);
  progress.message(fmt::format("controller {} looks at {} and chooses among {} utilizations of '{}'; {}: {} training, {} validation {}",
                               controller.graph().name(), controller_input_name(options.input), options.actions, datapath.graph().name(),
                               input.experiment.dataset.card.title, input.data.train.size(), input.data.validation.size(),
                               input.experiment.dataset.card.noun()));
  Fingerprint fingerprint = stage_fingerprint(input.experiment, name(), input.data);
  fingerprint.add_digest("the data path's weights", identity);
  const SharedGroup& group = input.data.group;
  all_or_none(group, [&] {
    if (resume && is_writer(group)) check_own(folder.checkpoints() / "last.safetensors", fingerprint);
  });
  ControllerTrainer trainer(controller, controller_data(input.experiment, datapath, identity, input.data, folder, progress), options,
                            folder.checkpoints(), std::move(fingerprint));
  all_or_none(group, [&] {
    if (!is_writer(group)) return;
    if (resume && trainer.resume()) progress.message(resumed_message(trainer.state()));
    write_file_atomically(folder.recipe(), settings.resolved_yaml);
  });
  run_training(trainer, controller_log(settings), folder, is_writer(group), progress);

  const auto path = folder.path() / file_name(settings);
  const TrainedModel trained{input.model, trainer.state().history, path};
  if (!is_writer(group)) return trained;
  load_parameters(SafetensorsFile(trainer.best_path()), controller);
  const TrainingData& samples = trainer.data().samples;
  Loader validation(samples.images, samples.validation, samples.in_order(options.evaluation_batch, controller.channels_last()));
  const std::vector<double> actions = action_utilizations(options.actions);
  ControllerDescription description{options.input, actions, identity, {}};
  if (features) description.features = features->name();
  description.cascades = rival_cascades(controller, options, trainer, action_costs(datapath.description(), actions), validation);
  SafetensorsMetadata metadata = controller_to_metadata(description);
  metadata["tnn.epoch"] = std::to_string(trainer.state().best_epoch);
  save_trained(path, controller, {}, metadata, input.data);
  return trained;
}

StagePlan ControllerStage::plan(const StageInput& input) const {
  const ControllerOptions& options = input.experiment.settings.controller;
  const Graph graph = input.experiment.settings.controller_graph(input.experiment.description);
  StagePlan plan;
  plan.subject =
      fmt::format("{}, {} actions, {} MACs", graph.name(), options.actions, network_cost(graph, Configuration::full(graph)).macs);
  plan.epochs = options.epochs;
  plan.batch_size = options.batch_size;
  plan.steps = std::max<int64_t>(1, static_cast<int64_t>(input.data.train.size()) / options.batch_size) * options.epochs;
  return plan;
}

}  // namespace tnn
