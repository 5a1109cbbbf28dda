#include "pipelines/train_datapath.h"

#include <fmt/format.h>

#include "core/atomic_file.h"
#include "graph/graph_json.h"
#include "network/model_file.h"
#include "pipelines/initial_network.h"
#include "training/datapath_trainer.h"

namespace tnn {

TrainedStage train_datapath(const Experiment& experiment, const TrainingData& data, const RunFolder& folder, bool resume,
                            Progress& progress) {
  const Recipe& recipe = experiment.recipe;
  const DatapathOptions options = datapath_options(recipe);
  progress.message(fmt::format("{}: {} training, {} validation images; {}", experiment.dataset.card.title, data.train.size(),
                               data.validation.size(), experiment.dataset.folder.string()));
  Network network = make_network(experiment);
  DatapathTrainer trainer(network, data, options, folder.checkpoints(),
                          training_identity(recipe) + graph_to_json(experiment.description.graph));
  if (resume && trainer.resume())
    progress.message(fmt::format("resumed at epoch {}, step {}", trainer.state().epoch + 1, trainer.state().global_step));
  else if (const std::string read = load_pretrained(recipe, network); !read.empty())
    progress.message("starts with the weights of " + read);
  write_file_atomically(folder.recipe(), recipe.resolved_yaml());
  run_training(trainer, {options.epochs, options.validation_u, recipe.boolean("output.tensorboard")}, folder, progress);

  if (std::filesystem::exists(trainer.best_path())) load_parameters(SafetensorsFile(trainer.best_path()), network);
  measure_points(network, data, {options.recalibration_images, options.evaluation_batch, options.seed}, trainer, progress);
  const auto path = folder.path() / recipe.text("export.model");
  save_network(path, network, {}, {{"tnn.epoch", std::to_string(trainer.state().best_epoch)}});
  return {path, trainer.state().history, trainer.state().best_epoch};
}

}  // namespace tnn
