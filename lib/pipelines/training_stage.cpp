#include "pipelines/training_stage.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <numeric>
#include <optional>

#include "core/interruption.h"
#include "data/sample_noun.h"
#include "report/event_file.h"
#include "report/metrics_log.h"
#include "training/calibration.h"
#include "training/validation.h"

namespace tnn {
namespace {

double unix_time() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

constexpr const char* kEpochLoss = "epoch_loss";  ///< what the line of a finished epoch has and that of a step has not

/// Whether a line of metrics tells of what a checkpoint holds. Its own last step may be that of an epoch whose end it does not count: that
/// end comes again, with its line.
bool belongs_to(const TrainingState& checkpoint, const MetricsRecord& record) {
  if (record.step > checkpoint.global_step) return false;
  const bool of_epoch =
      std::any_of(record.figures.begin(), record.figures.end(), [](const auto& figure) { return figure.first == kEpochLoss; });
  return !of_epoch || record.epoch <= static_cast<double>(checkpoint.epoch);
}

/// metrics.jsonl and TensorBoard events of a run.
class MetricsSink {
 public:
  MetricsSink(const RunFolder& folder, bool tensorboard, const TrainingState& from) {
    const bool resumed = std::filesystem::exists(folder.metrics());  // also where the only checkpoint is that of step 0
    const int64_t resumed_step = from.global_step;
    MetricsLog::keep_only(folder.metrics(), [&](const MetricsRecord& record) { return belongs_to(from, record); });
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
  void flush() const { log_->flush(); }

 private:
  std::unique_ptr<MetricsLog> log_;
  std::unique_ptr<EventWriter> events_;
};

Progress::Figures epoch_figures(const EpochSummary& summary, const StageLog& log) {
  const std::string& score = log.score_name;
  Progress::Figures figures{{kEpochLoss, summary.training_loss}};
  if (summary.training_metric >= 0) figures.emplace_back("epoch_" + score, summary.training_metric);
  figures.emplace_back("epoch_seconds", summary.seconds);
  for (size_t i = 0; i < summary.validation.size(); ++i) figures.emplace_back(log.validation.at(i).name, summary.validation[i]);
  if (summary.score >= 0) figures.emplace_back("validation_score", summary.score);
  return figures;
}

std::string epoch_line(const EpochSummary& summary, const StageLog& log) {
  std::string line = fmt::format("epoch {}/{}: loss {:.4f}, ", summary.epoch, log.epochs, summary.training_loss);
  if (summary.training_metric >= 0) line += fmt::format("{} {:.2f} %, ", log.score_name, 100 * summary.training_metric);
  line += fmt::format("{:.1f} s", summary.seconds);
  const char* before = "; validation ";
  for (size_t i = 0; i < summary.validation.size(); ++i) {
    const StageLog::Figure& figure = log.validation.at(i);
    if (figure.words.empty()) continue;
    const double value = summary.validation[i];
    line += before + (figure.percent ? fmt::format("{:.2f} % ", 100 * value) : fmt::format("{:.4g} ", value)) + figure.words;
    before = ", ";
  }
  return line;
}

[[noreturn]] void throw_interrupted(const EpochLoop& trainer) {
  throw Interrupted(fmt::format("stopped by {} at step {}; the checkpoint '{}' holds all of it: run the command again with --resume",
                                signal_name(interruption_signal()), trainer.state().global_step, trainer.last_path().string()));
}

/// Writes to each operating point how it does on the validation split.
void validate_points(Network& network, const Task& task, const TrainingData& data, int64_t batch_size) {
  std::vector<OperatingPoint>& points = network.description().points;
  std::vector<double> utilizations;
  for (const OperatingPoint& point : points) utilizations.push_back(point.u);
  const auto values = validate(network, task, data, utilizations, batch_size);
  for (size_t i = 0; i < points.size(); ++i) points[i].validation_accuracy = values[i];
}

}  // namespace

std::string resumed_message(const TrainingState& state) {
  return fmt::format("resumed at epoch {}, step {}", state.epoch + 1, state.global_step);
}

std::vector<StageLog::Figure> StageLog::at_utilizations(const std::string& score_name, const std::vector<double>& utilizations) {
  std::vector<Figure> figures;
  for (const double u : utilizations) figures.push_back({fmt::format("validation_{}_u{}", score_name, u), fmt::format("at u = {}", u)});
  figures.push_back({"validation_" + score_name + "_best_u", ""});
  return figures;
}

void run_training(EpochLoop& trainer, const StageLog& log, const RunFolder& folder, bool writes, Progress& progress) {
  std::optional<MetricsSink> sink;
  if (writes) sink.emplace(folder, log.tensorboard, trainer.state());
  const TrainingObserver observer{[&](int64_t step, double epoch, const Progress::Figures& figures) {
                                    if (sink) sink->write("training", step, epoch, figures);
                                  },
                                  [&](int64_t step, const EpochSummary& summary) {
                                    if (sink) sink->write("epoch", step, static_cast<double>(summary.epoch), epoch_figures(summary, log));
                                    if (sink) sink->flush();  // the checkpoint that counts this epoch comes after
                                    progress.message(epoch_line(summary, log));
                                    if (const std::string remark = log.remark ? log.remark(summary) : ""; !remark.empty())
                                      progress.message(remark);
                                  }};
  if (trainer.run(progress, observer) == TrainingEnd::interrupted) throw_interrupted(trainer);
}

void measure_points(Network& network, const Task& task, const TrainingData& data, const PointMeasurement& how, const EpochLoop& trainer,
                    Progress& progress) {
  if (network.description().batch_norm == BatchNormMode::recalibrated) network.parameters().reset_point_statistics();
  std::vector<int> points(network.description().points.size());
  std::iota(points.begin(), points.end(), 0);
  if (network.description().batch_norm == BatchNormMode::recalibrated)
    progress.message(fmt::format("measuring batch-norm statistics of {} operating points on {} {}", points.size(),
                                 std::min(how.recalibration_images, static_cast<int64_t>(data.train.size())), noun_of(*data.images)));
  try {
    calibrate_batch_norm(network, data, points, how.recalibration_images, how.seed);
    if (!data.validation.empty()) validate_points(network, task, data, how.evaluation_batch);
  } catch (const Interrupted&) {
    throw_interrupted(trainer);
  }
}

}  // namespace tnn
