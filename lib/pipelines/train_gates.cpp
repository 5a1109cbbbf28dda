#include "pipelines/train_gates.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/error.h"
#include "pipelines/dry_run.h"
#include "pipelines/gate_stage.h"
#include "pipelines/output_check.h"
#include "pipelines/step_time.h"
#include "pipelines/sweep_run.h"
#include "pipelines/sweep_utilization.h"
#include "training/gate_step.h"

namespace tnn {
namespace {

constexpr StepCounts kSteps{1, 4};

std::filesystem::path folder_of(const Recipe& recipe, const std::filesystem::path& out) {
  return out.empty() ? RunFolder(RunFolder::default_path(recipe)).gates() : out;
}

/// Where the gates would be written over the data path that they are trained on, and where nothing can be written.
void check_outputs(const Recipe& recipe, const std::filesystem::path& model, const TrainOptions& options) {
  const std::filesystem::path out = folder_of(recipe, options.out);
  std::error_code fault;
  const auto run = std::filesystem::weakly_canonical(model, fault).parent_path();
  if (run == std::filesystem::weakly_canonical(out, fault))
    throw UsageError(fmt::format("'{}' is the folder of the data path itself (--from): the gates need another --out", out.string()));
  CommandInputs inputs;
  inputs.add("--from", model);
  check_training_folder(recipe, out, options.existing, inputs);
}

/// Seconds of a step, the mean of a few.
double measure_step(const Experiment& experiment, const Network& datapath, const TrainingData& data) {
  const GateOptions options = gate_options(experiment.recipe);
  const GateNetwork gates(datapath.graph(), options.hidden, options.seed, datapath.device());
  const Complexity complexity(datapath.graph(), options.complexity);
  const auto step = [&](const InputBatch& batch, int number) {
    accumulate_gate_gradients(datapath, gates, complexity, batch, options, number + kSteps.warm_up);
  };
  return measure_steps(datapath, data, options.batch_size, kSteps, step).seconds;
}

}  // namespace

void require_gates(const Recipe& recipe) {
  if (gate_options(recipe).method == GateMethod::none)
    throw recipe.fault("gates.method", "is 'none': the recipe has no learned gates (allowed here: concrete, reinforce)");
}

TrainResult train_gates(const Recipe& recipe, const std::filesystem::path& from, const TrainOptions& options, Progress& progress) {
  const int threads = set_threads(recipe);
  require_gates(recipe);
  const Experiment experiment = prepare_experiment(recipe);
  const std::filesystem::path model = find_model_file(from);
  check_outputs(recipe, model, options);
  Network datapath = load_datapath(experiment, model);
  const TrainingData data = load_training_data(experiment);
  load_test_data(experiment.description, experiment.dataset, sweep_options(recipe));  // damage shows now, not after hours
  const RunFolder folder = RunFolder::open(folder_of(recipe, options.out), options.existing, recipe.text("export.model"));
  LoggingProgress log(progress, folder.log());
  log.message(options.command);

  const TrainedStage trained = train_gate_stage(experiment, datapath, data, folder, options.existing == RunFolder::Existing::resume, log);
  TrainResult result{{}, {trained.model}};
  sweep_run(recipe, trained, folder, options.command, threads, result, log);
  return result;
}

std::string dry_run_gates(const Recipe& recipe, const std::filesystem::path& from, const TrainOptions& train, TableFormat format) {
  const int threads = set_threads(recipe);
  require_gates(recipe);
  const GateOptions options = gate_options(recipe);
  const Experiment experiment = prepare_experiment(recipe);
  const std::filesystem::path model = find_model_file(from), folder = folder_of(recipe, train.out);
  check_outputs(recipe, model, train);
  const Network datapath = load_datapath(experiment, model);
  const TrainingData data = load_training_data(experiment);
  const auto images = static_cast<int64_t>(data.train.size()), per_epoch = std::max<int64_t>(1, images / options.batch_size);
  const double seconds = measure_step(experiment, datapath, data) * static_cast<double>(per_epoch * options.epochs);
  const bool taken = RunFolder(folder).holds_run();
  if (format == TableFormat::json)
    return nlohmann::ordered_json{{"dataset", experiment.dataset.card.name},
                                  {"data_path", model.string()},
                                  {"method", gate_method_name(options.method)},
                                  {"training_images", images},
                                  {"validation_images", data.validation.size()},
                                  {"epochs", options.epochs},
                                  {"steps", per_epoch * options.epochs},
                                  {"estimated_training_seconds", seconds},
                                  {"run_folder", folder.string()},
                                  {"run_folder_holds_run", taken}}
               .dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) +
           "\n";
  return fmt::format(
      "data:      {} in {}: {} training, {} validation images\n"
      "data path: {}, {}, frozen\n"
      "gates:     {}, {} gates, {} epochs, {} steps of {} images; about {:.1f} min on {}\n"
      "folder:    {}{}\n",
      experiment.dataset.card.title, experiment.dataset.folder.string(), images, data.validation.size(), datapath.graph().name(),
      model.string(), gate_method_name(options.method), datapath.graph().gates().size(), options.epochs, per_epoch * options.epochs,
      options.batch_size, seconds / 60, describe_machine(threads), folder.string(), run_folder_note(taken, train.existing));
}

}  // namespace tnn
