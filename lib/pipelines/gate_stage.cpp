#include "pipelines/gate_stage.h"

#include <fmt/format.h>

#include "core/atomic_file.h"
#include "core/error.h"
#include "data/checksum.h"
#include "network/device.h"
#include "network/model_file.h"
#include "pipelines/step_time.h"
#include "pipelines/trained_file.h"
#include "pipelines/training_stage.h"
#include "training/gate_step.h"
#include "training/gate_trainer.h"

namespace tnn {
namespace {

constexpr StepCounts kSteps{1, 4};

void check_gates(const Experiment& experiment) {
  if (experiment.description.graph.gates().empty())
    throw experiment.settings.fault("gates.method",
                                    fmt::format("'{}' has no gate: there is nothing to learn", experiment.description.graph.name()));
}

/// Of the graph's network as a stage sees it: switchable batch norm has no parameters for points that are not its own.
Network load_throttled_datapath(const Experiment& experiment, const std::filesystem::path& model) {
  Network network = load_datapath(experiment, model);
  if (network.description().batch_norm == BatchNormMode::switchable)
    throw UsageError(fmt::format(
        "'{}': switchable batch norm has no parameters for learned operating points (allowed: shared, recalibrated)", model.string()));
  return network;
}

}  // namespace

std::string weights_digest(const Network& network) {
  std::string digests;
  for (const auto& entry : network.parameters().entries()) {
    if (entry.per_point) continue;  // measured anew by each stage; gates are trained without them
    const at::Tensor values = entry.tensor.detach().to(at::kCPU, at::kFloat).contiguous();
    const auto* bytes = static_cast<const uint8_t*>(values.const_data_ptr());
    digests += sha256_hex({bytes, bytes + values.nbytes()});
  }
  return sha256_hex({digests.begin(), digests.end()});
}

Network load_datapath(const Experiment& experiment, const std::filesystem::path& model) {
  const Settings& settings = experiment.settings;
  Network network = load_network(model, choose_device(settings.run.device), settings.run.channels_last);
  const ModelDescription &found = network.description(), &asked = experiment.description;
  if (!(found.graph == asked.graph))
    throw settings.fault("model.name", fmt::format("the recipe's network '{}' is not that of '{}', '{}' with other layers or gates",
                                                   asked.graph.name(), model.string(), found.graph.name()));
  if (found.dataset != asked.dataset)
    throw settings.fault("data.name", fmt::format("'{}' was trained on '{}', not on '{}'", model.string(), found.dataset, asked.dataset));
  const bool different_sizes = experiment.dataset.card.is_encoded();
  if (different_sizes && found.preprocessing.resize_side != asked.preprocessing.resize_side)
    throw settings.fault("data.resize_side", fmt::format("'{}' was trained with images resized to {}, not to {} (0: 256/224 of the input)",
                                                         model.string(), found.preprocessing.resize_side, asked.preprocessing.resize_side));
  if (found.preprocessing.whole != asked.preprocessing.whole)
    throw settings.fault("data.short_side", fmt::format("'{}' was trained with another data.short_side or data.long_side", model.string()));
  if (found.preprocessing.mean != asked.preprocessing.mean || found.preprocessing.std != asked.preprocessing.std)
    throw settings.fault("data.normalize", fmt::format("'{}' was trained with another mean or standard deviation", model.string()));
  return network;
}

void GateStage::check(const Experiment& experiment, const std::filesystem::path& model, bool) const {
  check_gates(experiment);
  if (!model.empty()) load_throttled_datapath(experiment, model);
}

TrainedModel GateStage::train(const StageInput& input, const RunFolder& folder, bool resume, Progress& progress) const {
  const Settings& settings = input.experiment.settings;
  const GateOptions& options = settings.gates;
  const Task& task = *input.experiment.task;
  check_held_out(input.model, *input.data.images, input.data.validation);
  Network datapath = load_throttled_datapath(input.experiment, input.model);
  progress.message(fmt::format("{} gates of {} on a frozen data path; {}: {} training, {} validation {}", gate_method_name(options.method),
                               datapath.graph().name(), input.experiment.dataset.card.title, input.data.train.size(),
                               input.data.validation.size(), input.experiment.dataset.card.noun()));
  GateNetwork gates(datapath.graph(), options.hidden, options.seed, datapath.device());
  Fingerprint fingerprint = stage_fingerprint(input.experiment, name(), input.data);
  fingerprint.add_digest("the data path's weights", weights_digest(datapath));
  GateTrainer trainer(datapath, gates, task, input.data, options, folder.checkpoints(), std::move(fingerprint));
  const SharedGroup& group = input.data.group;
  all_or_none(group, [&] {
    if (!is_writer(group)) return;
    if (resume && trainer.resume()) progress.message(resumed_message(trainer.state()));
    write_file_atomically(folder.recipe(), settings.resolved_yaml);
  });
  run_training(
      trainer,
      {options.epochs, StageLog::at_utilizations(task.score_name(), options.validation_u), settings.output.tensorboard, task.score_name()},
      folder, is_writer(group), progress);

  Network learned = with_learned_points(datapath, gates, options);
  measure_points(learned, task, input.data, {options.recalibration_images, options.evaluation_batch, options.seed}, trainer, progress);
  const auto path = folder.path() / settings.output.model;
  if (is_writer(group)) save_trained(path, learned, gates.tensors(), {{"tnn.epoch", std::to_string(trainer.state().epoch)}}, input.data);
  return {path, trainer.state().history};
}

StagePlan GateStage::plan(const StageInput& input) const {
  const GateOptions& options = input.experiment.settings.gates;
  StagePlan plan{gate_method_name(options.method), options.epochs, options.batch_size,
                 steps_of(input.data, options.batch_size) * options.epochs};
  if (input.model.empty()) return plan;  // its data path is still to be trained
  const Network datapath = load_throttled_datapath(input.experiment, input.model);
  plan.subject += fmt::format(", {} gates", datapath.graph().gates().size());
  const GateNetwork gates(datapath.graph(), options.hidden, options.seed, datapath.device());
  const Complexity complexity(datapath.graph(), options.complexity);
  const auto step = [&](const InputBatch& batch, int number) {
    accumulate_gate_gradients(datapath, gates, *input.experiment.task, complexity, batch, options, number + kSteps.warm_up,
                              StepShare::alone(batch.size()));
  };
  const StepTime time = measure_steps(datapath, input.data, options.batch_size, kSteps, step);
  plan.timed_steps = time.steps;
  plan.training_seconds = time.seconds * static_cast<double>(plan.steps);
  return plan;
}

}  // namespace tnn
