#include "pipelines/train_datapath.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <numeric>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/interruption.h"
#include "graph/graph_json.h"
#include "network/model_file.h"
#include "pipelines/initial_network.h"
#include "report/event_file.h"
#include "report/metrics_log.h"
#include "training/calibration.h"
#include "training/validation.h"

namespace tnn {
namespace {

double unix_time() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

/// metrics.jsonl and TensorBoard events of a run.
class MetricsSink {
 public:
  MetricsSink(const RunFolder& folder, bool tensorboard, int64_t resumed_step) {
    const bool resumed = std::filesystem::exists(folder.metrics());  // also where the only checkpoint is that of step 0
    MetricsLog::truncate_after(folder.metrics(), resumed_step);
    log_ = std::make_unique<MetricsLog>(folder.metrics());
    if (tensorboard)
      events_ = std::make_unique<EventWriter>(folder.events(), static_cast<int64_t>(unix_time()), resumed ? resumed_step + 1 : 0);
  }
  void write(const std::string& prefix, int64_t step, double epoch, const Progress::Figures& figures) {
    log_->append(step, epoch, figures);
    if (!events_) return;
    for (const auto& [name, value] : figures) events_->scalar(prefix + "/" + name, value, step, unix_time());
    events_->flush();
  }

 private:
  std::unique_ptr<MetricsLog> log_;
  std::unique_ptr<EventWriter> events_;
};

Progress::Figures epoch_figures(const EpochSummary& summary, const std::vector<double>& validation_u) {
  Progress::Figures figures{
      {"epoch_loss", summary.training_loss}, {"epoch_accuracy", summary.training_accuracy}, {"epoch_seconds", summary.seconds}};
  for (size_t i = 0; i < summary.validation_accuracy.size(); ++i)
    figures.emplace_back(i < validation_u.size() ? fmt::format("validation_accuracy_u{:g}", validation_u[i]) : "validation_accuracy_best_u",
                         summary.validation_accuracy[i]);
  if (summary.score >= 0) figures.emplace_back("validation_score", summary.score);
  return figures;
}

std::string epoch_line(const EpochSummary& summary, int64_t epochs, const std::vector<double>& validation_u) {
  std::string line = fmt::format("epoch {}/{}: loss {:.4f}, accuracy {:.2f} %, {:.1f} s", summary.epoch, epochs, summary.training_loss,
                                 100 * summary.training_accuracy, summary.seconds);
  for (size_t i = 0; i < std::min(validation_u.size(), summary.validation_accuracy.size()); ++i)
    line += fmt::format("{}{:.2f} % at u = {:g}", i == 0 ? "; validation " : ", ", 100 * summary.validation_accuracy[i], validation_u[i]);
  return line;
}

[[noreturn]] void throw_interrupted(const DatapathTrainer& trainer) {
  throw Interrupted(fmt::format("stopped by signal {} at step {}; the checkpoint '{}' holds all of it: run the command again with --resume",
                                interruption_signal(), trainer.state().global_step, trainer.last_path().string()));
}

void train(DatapathTrainer& trainer, const DatapathOptions& options, const Recipe& recipe, const RunFolder& folder, Progress& progress) {
  MetricsSink sink(folder, recipe.boolean("output.tensorboard"), trainer.state().global_step);
  const TrainingObserver observer{
      [&](int64_t step, double epoch, const Progress::Figures& figures) { sink.write("training", step, epoch, figures); },
      [&](int64_t step, const EpochSummary& summary) {
        sink.write("epoch", step, static_cast<double>(summary.epoch), epoch_figures(summary, options.validation_u));
        progress.message(epoch_line(summary, options.epochs, options.validation_u));
      }};
  if (trainer.run(progress, observer) == TrainingEnd::interrupted) throw_interrupted(trainer);
}

/// Writes to each operating point how it does on the validation split.
void validate_points(Network& network, const TrainingData& data, int64_t batch_size) {
  std::vector<OperatingPoint>& points = network.description().points;
  std::vector<double> utilizations;
  for (const OperatingPoint& point : points) utilizations.push_back(point.u);
  const auto accuracies = validation_accuracy(network, data, utilizations, batch_size);
  for (size_t i = 0; i < points.size(); ++i) points[i].validation_accuracy = accuracies[i];
}

/// The chosen weights with statistics and validation accuracy of every operating point, as the model file.
std::filesystem::path write_model(Network& network, const TrainingData& data, const DatapathOptions& options, const Recipe& recipe,
                                  const DatapathTrainer& trainer, const RunFolder& folder, Progress& progress) {
  if (std::filesystem::exists(trainer.best_path())) load_parameters(SafetensorsFile(trainer.best_path()), network);
  if (network.description().batch_norm == BatchNormMode::recalibrated) network.parameters().reset_point_statistics();
  std::vector<int> points(network.description().points.size());
  std::iota(points.begin(), points.end(), 0);
  if (network.description().batch_norm == BatchNormMode::recalibrated)
    progress.message(fmt::format("measuring batch-norm statistics of {} operating points on {} images", points.size(),
                                 std::min(options.recalibration_images, static_cast<int64_t>(data.train.size()))));
  try {
    calibrate_batch_norm(network, data, points, options.recalibration_images, options.seed);
    if (!data.validation.empty()) validate_points(network, data, options.evaluation_batch);
  } catch (const Interrupted&) {
    throw_interrupted(trainer);
  }
  const auto path = folder.path() / recipe.text("export.model");
  save_network(path, network, {}, {{"tnn.epoch", std::to_string(trainer.state().best_epoch)}});
  return path;
}

}  // namespace

TrainedDatapath train_datapath(const Experiment& experiment, const TrainingData& data, const RunFolder& folder, bool resume,
                               Progress& progress) {
  const DatapathOptions options = datapath_options(experiment.recipe);
  progress.message(fmt::format("{}: {} training, {} validation images; {}", experiment.dataset.card.title, data.train.size(),
                               data.validation.size(), experiment.dataset.folder.string()));
  Network network = make_network(experiment);
  DatapathTrainer trainer(network, data, options, folder.checkpoints(),
                          training_identity(experiment.recipe) + graph_to_json(experiment.description.graph));
  if (resume && trainer.resume())
    progress.message(fmt::format("resumed at epoch {}, step {}", trainer.state().epoch + 1, trainer.state().global_step));
  else if (load_pretrained(experiment.recipe, network))
    progress.message(fmt::format("starts with the weights of {}", experiment.recipe.text("model.pretrained")));
  write_file_atomically(folder.recipe(), experiment.recipe.resolved_yaml());
  train(trainer, options, experiment.recipe, folder, progress);
  TrainedDatapath result{write_model(network, data, options, experiment.recipe, trainer, folder, progress), trainer.state().history,
                         trainer.state().best_epoch};
  return result;
}

}  // namespace tnn
