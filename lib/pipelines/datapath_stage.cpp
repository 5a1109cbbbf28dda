#include "pipelines/datapath_stage.h"

#include <fmt/format.h>

#include "core/atomic_file.h"
#include "core/stopwatch.h"
#include "network/model_file.h"
#include "pipelines/initial_network.h"
#include "pipelines/step_time.h"
#include "pipelines/trained_file.h"
#include "pipelines/training_stage.h"
#include "training/datapath_trainer.h"
#include "training/training_step.h"
#include "training/validation.h"

namespace tnn {
namespace {

constexpr StepCounts kSteps{2, 8};

/// Validation is timed on the first batch of its samples and scaled.
double measure_validation(const Network& network, const Task& task, const TrainingData& data, const DatapathOptions& options) {
  if (data.validation.empty()) return 0;
  TrainingData part = data;
  part.validation.resize(std::min(part.validation.size(), static_cast<size_t>(options.evaluation_batch)));
  const Stopwatch watch;
  validate(network, task, part, options.validation_u, options.evaluation_batch);
  const double times = static_cast<double>(data.validation.size()) / static_cast<double>(part.validation.size()) *
                       static_cast<double>(std::max<int64_t>(1, options.epochs / options.validate_epochs));
  return watch.seconds() * times;
}

}  // namespace

void DatapathStage::check(const Experiment& experiment, const std::filesystem::path&, bool resume) const {
  if (!resume) check_pretrained(experiment.settings.pretrained, experiment.description.graph);
}

TrainedModel DatapathStage::train(const StageInput& input, const RunFolder& folder, bool resume, Progress& progress) const {
  const Settings& settings = input.experiment.settings;
  const DatapathOptions& options = settings.datapath;
  const Task& task = *input.experiment.task;
  const DatasetOnDisk& dataset = input.experiment.dataset;
  progress.message(fmt::format("{}: {} training, {} validation {}; {}", dataset.card.title, input.data.train.size(),
                               input.data.validation.size(), dataset.card.noun(), dataset.folder.string()));
  Network network = make_network(input.experiment);
  DatapathTrainer trainer(network, task, input.data, options, folder.checkpoints(),
                          stage_fingerprint(input.experiment, name(), input.data));
  const SharedGroup& group = input.data.group;
  all_or_none(group, [&] {
    if (!is_writer(group)) return;  // the others begin with what rank 0 has
    if (resume && trainer.resume())
      progress.message(resumed_message(trainer.state()));
    else if (const std::string read = load_pretrained(settings.pretrained, network); !read.empty())
      progress.message("starts with the weights of " + read);
    write_file_atomically(folder.recipe(), settings.resolved_yaml);
  });
  run_training(
      trainer,
      {options.epochs, StageLog::at_utilizations(task.score_name(), options.validation_u), settings.output.tensorboard, task.score_name()},
      folder, is_writer(group), progress);

  if (is_writer(group) && std::filesystem::exists(trainer.best_path())) load_parameters(SafetensorsFile(trainer.best_path()), network);
  share_network(group, network);
  measure_points(network, task, input.data, {options.recalibration_images, options.evaluation_batch, options.seed}, trainer, progress);
  const auto path = folder.path() / settings.output.model;
  if (is_writer(group)) save_trained(path, network, {}, {{"tnn.epoch", std::to_string(trainer.state().best_epoch)}}, input.data);
  return {path, trainer.state().history};
}

StagePlan DatapathStage::plan(const StageInput& input) const {
  const Settings& settings = input.experiment.settings;
  const DatapathOptions& options = settings.datapath;
  Network network = make_network(input.experiment);
  Optimizer optimizer(network.parameters().trainable(), options.optimizer);
  StagePlan plan{"", options.epochs, options.batch_size, steps_of(input.data, options.batch_size) * options.epochs};
  const StepTime time = measure_steps(network, input.data, options.batch_size, kSteps, [&](const InputBatch& batch, int number) {
    const int64_t epoch = std::max(0, number) * options.epochs / kSteps.timed;  // spread over a curriculum
    optimizer.zero_grad();
    accumulate_gradients(network, *input.experiment.task, batch, options, epoch, number + kSteps.warm_up, StepShare::alone(batch.size()));
    optimizer.step(0);
  });
  plan.timed_steps = time.steps;
  plan.training_seconds = time.seconds * static_cast<double>(plan.steps);
  plan.validation_seconds = measure_validation(network, *input.experiment.task, input.data, options);
  return plan;
}

}  // namespace tnn
