#include "pipelines/dry_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/stopwatch.h"
#include "data/dataset.h"
#include "pipelines/experiment.h"
#include "pipelines/initial_network.h"
#include "pipelines/inspect.h"
#include "pipelines/output_check.h"
#include "pipelines/run_folder.h"
#include "pipelines/step_time.h"
#include "pipelines/sweep_utilization.h"
#include "report/write_reports.h"
#include "training/datapath_options.h"
#include "training/gate_options.h"
#include "training/optimizer.h"
#include "training/training_step.h"
#include "training/validation.h"

namespace tnn {
namespace {

constexpr StepCounts kSteps{2, 8};

struct TrainingPlan {
  int64_t training_images = 0, validation_images = 0, steps = 0;
  int timed_steps = 0;
  double training_seconds = 0, validation_seconds = 0;  ///< estimates of the whole
};

/// Validation is timed on the first batch of its images and scaled.
double measure_validation(const Network& network, const TrainingData& data, const DatapathOptions& options) {
  if (data.validation.empty()) return 0;
  TrainingData part = data;
  part.validation.resize(std::min(part.validation.size(), static_cast<size_t>(options.evaluation_batch)));
  const Stopwatch watch;
  validation_accuracy(network, part, options.validation_u, options.evaluation_batch);
  const double times = static_cast<double>(data.validation.size()) / static_cast<double>(part.validation.size()) *
                       static_cast<double>(std::max<int64_t>(1, options.epochs / options.validate_epochs));
  return watch.seconds() * times;
}

TrainingPlan measure_plan(const Experiment& experiment, const DatapathOptions& options) {
  const TrainingData data = load_training_data(experiment);
  Network network = make_network(experiment);
  load_pretrained(experiment.recipe, network);
  Optimizer optimizer(network.parameters().trainable(), options.optimizer);
  const auto images = static_cast<int64_t>(data.train.size());
  TrainingPlan plan{images, static_cast<int64_t>(data.validation.size()),
                    std::max<int64_t>(1, images / options.batch_size) * options.epochs};
  const StepTime time = measure_steps(network, data, options.batch_size, kSteps, [&](const InputBatch& batch, int number) {
    const int64_t epoch = std::max(0, number) * options.epochs / kSteps.timed;  // spread over a curriculum
    optimizer.zero_grad();
    accumulate_gradients(network, batch, options, epoch, number + kSteps.warm_up);
    optimizer.step(0);
  });
  plan.timed_steps = time.steps;
  plan.training_seconds = time.seconds * static_cast<double>(plan.steps);
  plan.validation_seconds = measure_validation(network, data, options);
  return plan;
}

/// Of an image folder what is there, which may be a part.
int64_t test_images(const DatasetOnDisk& dataset) {
  return dataset.card.is_image_folder() ? load_split(dataset.card, dataset.folder, "test").size() : dataset.card.test.images();
}

std::string gates_line(const Recipe& recipe, const TrainingPlan& plan) {
  const GateOptions gates = gate_options(recipe);
  if (gates.method == GateMethod::none) return "";
  return fmt::format("gates:     {}, {} epochs, {} steps of {} images\n", gate_method_name(gates.method), gates.epochs,
                     std::max<int64_t>(1, plan.training_images / gates.batch_size) * gates.epochs, gates.batch_size);
}

}  // namespace

const char* run_folder_note(bool holds_run, RunFolder::Existing existing) {
  if (!holds_run) return "";
  return existing == RunFolder::Existing::overwrite ? " (holds a run, which is replaced)" : " (holds a run, which goes on)";
}

std::string dry_run(const Recipe& recipe, const TrainOptions& train, TableFormat format) {
  const int threads = set_threads(recipe);
  const DatapathOptions options = datapath_options(recipe);
  const Experiment experiment = prepare_experiment(recipe);
  const auto folder = train.out.empty() ? RunFolder::default_path(recipe) : train.out;
  check_training_folder(recipe, folder, train.existing);
  if (gate_options(recipe).method != GateMethod::none) check_training_folder(recipe, RunFolder(folder).gates(), train.existing);
  const auto utilizations = recipe_utilizations(recipe, experiment.description.points);
  const TrainingPlan plan = measure_plan(experiment, options);
  const bool taken = RunFolder(folder).holds_run();
  const Table points = operating_point_table(experiment.description);
  if (format == TableFormat::json)
    return nlohmann::ordered_json{{"dataset", experiment.dataset.card.name},
                                  {"data_folder", experiment.dataset.folder.string()},
                                  {"training_images", plan.training_images},
                                  {"validation_images", plan.validation_images},
                                  {"epochs", options.epochs},
                                  {"steps", plan.steps},
                                  {"estimated_training_seconds", plan.training_seconds},
                                  {"estimated_validation_seconds", plan.validation_seconds},
                                  {"sweep_points", utilizations.size()},
                                  {"run_folder", folder.string()},
                                  {"run_folder_holds_run", taken},
                                  {"operating_points", nlohmann::ordered_json::parse(format_table(points, format))}}
               .dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) +
           "\n";
  if (format == TableFormat::csv) return format_table(points, format);
  return fmt::format(
      "data:      {} in {}: {} training, {} validation, {} test images\n"
      "model:     {}, {} operating points, {} gating\n"
      "training:  {} epochs, {} steps of {} images; about {:.1f} min, validation {:.1f} min, by {} timed steps on {}\n"
      "{}"
      "sweep:     {} utilizations\n"
      "folder:    {}{}\n\n{}",
      experiment.dataset.card.title, experiment.dataset.folder.string(), plan.training_images, plan.validation_images,
      test_images(experiment.dataset), experiment.description.graph.name(), experiment.description.points.size(),
      experiment.description.gating.strategy, options.epochs, plan.steps, options.batch_size, plan.training_seconds / 60,
      plan.validation_seconds / 60, plan.timed_steps, describe_machine(threads), gates_line(recipe, plan), utilizations.size(),
      folder.string(), run_folder_note(taken, train.existing), format_table(points, format));
}

}  // namespace tnn
