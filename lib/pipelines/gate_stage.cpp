#include "pipelines/gate_stage.h"

#include <fmt/format.h>

#include "core/atomic_file.h"
#include "core/error.h"
#include "data/checksum.h"
#include "graph/graph_json.h"
#include "network/device.h"
#include "network/model_file.h"
#include "pipelines/damage_reports.h"
#include "training/gate_trainer.h"

namespace tnn {
namespace {

/// A digest of the tensors that a data path computes with while gates are trained on it.
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

}  // namespace

Network load_datapath(const Experiment& experiment, const std::filesystem::path& model) {
  const Recipe& recipe = experiment.recipe;
  Network network = load_network(model, choose_device(recipe.text("run.device")), recipe.boolean("training.channels_last"));
  const ModelDescription& found = network.description();
  if (!(found.graph == experiment.description.graph))
    throw recipe.fault("model.name", fmt::format("the recipe's network '{}' is not that of '{}', '{}' with other layers or gates",
                                                 experiment.description.graph.name(), model.string(), found.graph.name()));
  if (found.dataset != experiment.description.dataset)
    throw recipe.fault("data.name",
                       fmt::format("'{}' was trained on '{}', not on '{}'", model.string(), found.dataset, experiment.description.dataset));
  if (found.preprocessing.resize_side != experiment.description.preprocessing.resize_side)
    throw recipe.fault("data.resize_side",
                       fmt::format("'{}' was trained with images resized to {}, not to {} (0: 256/224 of the input)", model.string(),
                                   found.preprocessing.resize_side, experiment.description.preprocessing.resize_side));
  if (!(found.preprocessing == experiment.description.preprocessing))
    throw recipe.fault("data.normalize", fmt::format("'{}' was trained with another mean or standard deviation", model.string()));
  if (found.batch_norm == BatchNormMode::switchable)
    throw UsageError(fmt::format(
        "'{}': switchable batch norm has no parameters for learned operating points (allowed: shared, recalibrated)", model.string()));
  if (found.graph.gates().empty()) throw UsageError(fmt::format("'{}' has no gate: there is nothing to learn", model.string()));
  return network;
}

TrainedStage train_gate_stage(const Experiment& experiment, Network& datapath, const TrainingData& data, const RunFolder& folder,
                              bool resume, Progress& shown) {
  DamageReports progress(shown, data.images);
  const Recipe& recipe = experiment.recipe;
  const GateOptions options = gate_options(recipe);
  progress.message(fmt::format("{} gates of {} on a frozen data path; {}: {} training, {} validation images",
                               gate_method_name(options.method), datapath.graph().name(), experiment.dataset.card.title, data.train.size(),
                               data.validation.size()));
  GateNetwork gates(datapath.graph(), options.hidden, options.seed, datapath.device());
  GateTrainer trainer(datapath, gates, data, options, folder.checkpoints(),
                      gate_training_identity(recipe) + graph_to_json(datapath.graph()) + weights_digest(datapath));
  if (resume && trainer.resume())
    progress.message(fmt::format("resumed at epoch {}, step {}", trainer.state().epoch + 1, trainer.state().global_step));
  write_file_atomically(folder.recipe(), recipe.resolved_yaml());
  run_training(trainer, {options.epochs, options.validation_u, recipe.boolean("output.tensorboard")}, folder, progress);

  Network learned = with_learned_points(datapath, gates, options);
  measure_points(learned, data, {options.recalibration_images, options.evaluation_batch, options.seed}, trainer, progress);
  const auto path = folder.path() / recipe.text("export.model");
  save_network(path, learned, gates.tensors(), {{"tnn.epoch", std::to_string(trainer.state().epoch)}});
  return {path, trainer.state().history, trainer.state().best_epoch};
}

}  // namespace tnn
