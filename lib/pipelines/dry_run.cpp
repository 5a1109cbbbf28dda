#include "pipelines/dry_run.h"

#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "evaluation/utilization_list.h"
#include "pipelines/experiment.h"
#include "pipelines/inspect.h"
#include "pipelines/run_folder.h"
#include "report/write_reports.h"
#include "training/training_step.h"

namespace tnn {
namespace {

struct Plan {
  int64_t training_images = 0, validation_images = 0, steps = 0;
  double seconds = 0;
};

Plan measure_plan(const Experiment& experiment, const DatapathOptions& options) {
  const TrainingData data = load_training_data(experiment);
  const Network network = make_network(experiment);
  LoaderOptions loader_options;
  loader_options.batch_size = options.batch_size;
  loader_options.channels_last = network.channels_last();
  loader_options.augmentation = data.augmentation;
  Loader loader(data.images, data.train, loader_options);
  const int64_t per_epoch = std::max<int64_t>(1, loader.size() / options.batch_size);
  Plan plan{loader.size(), static_cast<int64_t>(data.validation.size()), per_epoch * options.epochs, 0};
  constexpr int kWarmUp = 2, kTimed = 8;
  Batch batch;
  loader.start_epoch(0);
  std::chrono::steady_clock::time_point start;
  int done = -kWarmUp;
  for (; done < kTimed && loader.next(batch); ++done) {
    if (done == 0) start = std::chrono::steady_clock::now();
    accumulate_gradients(network, to_tensors(batch, network.channels_last(), network.device()), options, 0, done + kWarmUp);
  }
  if (done > 0)
    plan.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / done * static_cast<double>(plan.steps);
  return plan;
}

}  // namespace

std::string dry_run(const Recipe& recipe, const std::filesystem::path& out, TableFormat format) {
  const int threads = set_threads(recipe);
  const DatapathOptions options = datapath_options(recipe);
  const Experiment experiment = prepare_experiment(recipe);
  const auto folder = out.empty() ? RunFolder::default_path(recipe) : out;
  const auto utilizations = parse_utilizations(recipe.text("evaluation.u"), experiment.description.points);
  const Plan plan = measure_plan(experiment, options);
  const bool taken = RunFolder(folder).holds_run();
  const Table points = operating_point_table(experiment.description);
  if (format == TableFormat::json)
    return nlohmann::ordered_json{{"dataset", experiment.dataset.card.name},
                                  {"data_folder", experiment.dataset.folder.string()},
                                  {"training_images", plan.training_images},
                                  {"validation_images", plan.validation_images},
                                  {"epochs", options.epochs},
                                  {"steps", plan.steps},
                                  {"estimated_training_seconds", plan.seconds},
                                  {"sweep_points", utilizations.size()},
                                  {"run_folder", folder.string()},
                                  {"run_folder_holds_run", taken},
                                  {"operating_points", nlohmann::ordered_json::parse(format_table(points, format))}}
               .dump(2) +
           "\n";
  if (format == TableFormat::csv) return format_table(points, format);
  return fmt::format(
      "data:      {} in {}: {} training, {} validation, {} test images\n"
      "model:     {}, {} operating points, {} gating\n"
      "training:  {} epochs, {} steps of {} images; about {:.1f} min by {} timed steps on {} (validation comes on top)\n"
      "sweep:     {} utilizations\n"
      "folder:    {}{}\n\n{}",
      experiment.dataset.card.title, experiment.dataset.folder.string(), plan.training_images, plan.validation_images,
      experiment.dataset.card.test.images(), experiment.description.graph.name(), experiment.description.points.size(),
      experiment.description.gating.strategy, options.epochs, plan.steps, options.batch_size, plan.seconds / 60, 8,
      describe_machine(threads), utilizations.size(), folder.string(), taken ? " (holds a run: needs --resume or --overwrite)" : "",
      format_table(points, format));
}

}  // namespace tnn
