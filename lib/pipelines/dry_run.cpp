#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "data/dataset.h"
#include "data/display_name.h"
#include "pipelines/inspect.h"
#include "pipelines/sweep_utilization.h"
#include "pipelines/train.h"
#include "pipelines/train_plan.h"

namespace tnn {
namespace {

/// All that a dry run found out.
struct Preview {
  const Experiment& experiment;
  const TrainingData& data;
  const TrainPlan& plan;
  std::vector<StagePlan> stages;  ///< of plan.stages
  size_t sweep_points = 0;
  bool taken = false;
  RunFolder::Existing existing = RunFolder::Existing::refuse;  ///< what was asked about a run that is there
  Table points;
  int threads = 1;
};

/// What will be done about the run in a folder; "" where there is none.
const char* run_folder_note(bool holds_run, RunFolder::Existing existing) {
  if (!holds_run) return "";
  return existing == RunFolder::Existing::overwrite ? " (holds a run, which is replaced)" : " (holds a run, which goes on)";
}

std::string left_out_line(const ImageSet& images) {
  const std::string line = images.samples() ? images.samples()->left_out().line() : "";
  return line.empty() ? "" : "           " + line + "\n";
}

struct TestImages {
  int64_t count = 0;
  std::string left_out;
};

/// Of folders of images or clips what is there, which may be a part.
TestImages test_images(const DatasetOnDisk& dataset) {
  if (!dataset.card.is_encoded()) return {dataset.card.test.images(), ""};
  const ImageSet images = load_split(dataset.card, dataset.folder, "test");
  return {images.size(), left_out_line(images)};
}

nlohmann::ordered_json stage_json(const std::string& name, const StagePlan& plan) {
  return {{"stage", name},
          {"subject", plan.subject},
          {"epochs", plan.epochs},
          {"batch_size", plan.batch_size},
          {"steps", plan.steps},
          {"timed_steps", plan.timed_steps},
          {"estimated_training_seconds", plan.training_seconds},
          {"estimated_validation_seconds", plan.validation_seconds}};
}

std::string as_json(const Preview& preview) {
  const StagePlan& first = preview.stages.front();
  nlohmann::ordered_json json{{"dataset", preview.experiment.dataset.card.name},
                              {"data_folder", display_name(preview.experiment.dataset.folder.string())},
                              {"training_images", preview.data.train.size()},
                              {"validation_images", preview.data.validation.size()},
                              {"epochs", first.epochs},
                              {"steps", first.steps},
                              {"estimated_training_seconds", first.training_seconds},
                              {"estimated_validation_seconds", first.validation_seconds},
                              {"stages", nlohmann::ordered_json::array()},
                              {"sweep_points", preview.sweep_points},
                              {"run_folder", display_name(preview.plan.run.string())},
                              {"run_folder_holds_run", preview.taken},
                              {"operating_points", nlohmann::ordered_json::parse(format_table(preview.points, TableFormat::json))}};
  if (!preview.plan.model.empty()) json["data_path"] = display_name(preview.plan.model.string());
  for (size_t i = 0; i < preview.stages.size(); ++i)
    json["stages"].push_back(stage_json(preview.plan.stages[i]->name(), preview.stages[i]));
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string stage_line(const std::string& name, const StagePlan& plan, const char* noun, int threads) {
  std::string line = fmt::format("{:<10} {}{}{} epochs, {} steps of {} {}", name + ":", plan.subject, plan.subject.empty() ? "" : ", ",
                                 plan.epochs, plan.steps, plan.batch_size, noun);
  if (plan.timed_steps > 0) {
    line += fmt::format("; about {:.1f} min", plan.training_seconds / 60);
    if (plan.validation_seconds > 0) line += fmt::format(", validation {:.1f} min", plan.validation_seconds / 60);
    line += fmt::format(", by {} timed steps on {}", plan.timed_steps, describe_machine(threads));
  }
  return line + "\n";
}

std::string as_text(const Preview& preview, TableFormat format) {
  const DatasetOnDisk& dataset = preview.experiment.dataset;
  const ModelDescription& model = preview.experiment.description;
  const TestImages test = test_images(dataset);
  std::string text =
      fmt::format("data:      {} in {}: {} training, {} validation, {} test {}\n", dataset.card.title, dataset.folder.string(),
                  preview.data.train.size(), preview.data.validation.size(), test.count, dataset.card.noun());
  text += left_out_line(*preview.data.images) + test.left_out;
  text += fmt::format("model:     {}, {} operating points, {} gating{}\n", model.graph.name(), model.points.size(), model.gating.strategy,
                      preview.plan.model.empty() ? "" : "; " + preview.plan.model.string() + ", frozen");
  for (size_t i = 0; i < preview.stages.size(); ++i)
    text += stage_line(preview.plan.stages[i]->name(), preview.stages[i], dataset.card.noun(), preview.threads);
  text += fmt::format("sweep:     {} utilizations\nfolder:    {}{}\n\n", preview.sweep_points, preview.plan.run.string(),
                      run_folder_note(preview.taken, preview.existing));
  return text + format_table(preview.points, format);
}

}  // namespace

std::string dry_run(const Settings& settings, const TrainOptions& options, TableFormat format) {
  const int threads = set_threads(settings.run.threads);
  const TrainPlan plan = plan_training(settings, options);
  const Experiment experiment = prepare_experiment(settings);
  const auto utilizations = settings_utilizations(settings, experiment.description.points);
  check_training_folders(settings, plan, options.existing);
  for (const Stage* stage : plan.stages) stage->check(experiment, plan.model, options.existing == RunFolder::Existing::resume);
  const TrainingData data = load_training_data(experiment);
  Preview preview{experiment,
                  data,
                  plan,
                  {},
                  utilizations.size(),
                  RunFolder(plan.run).holds_run(),
                  options.existing,
                  operating_point_table(experiment.description),
                  threads};
  for (const Stage* stage : plan.stages) preview.stages.push_back(stage->plan({experiment, data, plan.model}));
  if (format == TableFormat::json) return as_json(preview);
  return format == TableFormat::csv ? format_table(preview.points, format) : as_text(preview, format);
}

}  // namespace tnn
