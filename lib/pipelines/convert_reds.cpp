#include "pipelines/convert_reds.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "core/error.h"
#include "network/model_file.h"
#include "pipelines/damage_reports.h"
#include "pipelines/experiment.h"
#include "pipelines/stored_network.h"
#include "report/quantity.h"
#include "training/calibration.h"
#include "training/gradient_scores.h"

namespace tnn {
namespace {

bool has_batch_norm(const Graph& graph) {
  return std::any_of(graph.nodes().begin(), graph.nodes().end(),
                     [](const Node& node) { return std::holds_alternative<BatchNorm>(node.operation); });
}

/// Says what training samples are needed for, where there are none.
TrainingData needed_samples(const ModelDescription& description, const RedsOptions& options) {
  const bool gradients = options.importance == "gradient";
  const std::string purpose = gradients ? "--importance gradient takes gradients on training samples"
                                        : "batch norm needs statistics of each width, which are measured on training samples";
  const std::string allowed =
      has_batch_norm(description.graph) ? "a model that names its data set" : "a model that names its data set, or --importance magnitude";
  if (description.dataset.empty())
    throw UsageError(fmt::format("{}, but '{}' names no data set (allowed: {})", purpose, options.model.model.string(), allowed));
  try {
    return training_samples(description, options.model);
  } catch (const DataError& error) {
    throw DataError(fmt::format("{} ({})", error.what(), purpose));
  }
}

WeightScores scores_on(const TrainingData& data, const StoredModel& network, const RedsOptions& options, Progress& progress) {
  LoaderOptions loading;
  loading.batch_size = options.batch_size;
  loading.shuffle = true;
  loading.channels_last = options.model.run.channels_last;
  loading.workers = data.workers;
  loading.seed = options.model.run.seed;
  loading.augmentation = data.plain();
  Loader loader(data.images, data.train, loading);
  DamageReports reports(progress, data.images);
  Network trained = to_network(network, options.model.run);
  const auto task = make_task(network.description.task, {network.description.class_names, 0, network.description.detector});
  return gradient_scores(trained, *task, loader, options.batches, reports);
}

/// The solver's small dense matrices are factored by LibTorch's LAPACK, whose symbols come first in this program: threads would only wait
/// for one another there.
ConvertedModel convert_in_one_thread(const StoredModel& network, const WeightScores& scores, const RedsOptions& options) {
  set_threads(1);
  ConvertedModel converted = convert_network(network, scores, options.conversion);
  set_threads(options.model.run.threads);
  return converted;
}

void check_options(const RedsOptions& options) {
  if (options.importance != "gradient" && options.importance != "magnitude")
    throw UsageError(unknown_name_message("importance", options.importance, {"gradient", "magnitude"}));
  if (options.batches < 1 || options.batch_size < 1) throw UsageError("--batches and --batch-size are 1 or more");
  options.model.inputs.check("--out", options.out);
}

/// "conv1 34, conv2 20": the open channels of each gate's space.
std::string widths_text(const RedsResult& result, const ConvertedPoint& point) {
  std::string text;
  for (size_t g = 0; g < result.gates.size(); ++g)
    text += fmt::format("{}{} {}/{}", g ? ", " : "", result.gates[g], point.channels[g], result.widths[g]);
  return text;
}

}  // namespace

RedsResult convert_reds(const RedsOptions& options, Progress& progress) {
  check_options(options);
  const StoredModel network = full_network(read_stored_model(options.model.model));
  const ModelDescription& description = network.description;
  const bool gradients = options.importance == "gradient", normalized = has_batch_norm(description.graph);
  TrainingData data;
  if (gradients || normalized) data = needed_samples(description, options);
  RedsResult result;
  if (gradients) result.images = std::min<int64_t>(options.batches * options.batch_size, static_cast<int64_t>(data.train.size()));
  progress.message(
      fmt::format("{} has {} layers whose units can be ordered", description.graph.name(), coupled_channels(description.graph).size()));
  const WeightScores scores = gradients ? scores_on(data, network, options, progress) : magnitude_scores(network);
  const ConvertedModel converted = convert_in_one_thread(network, scores, options);
  if (converted.unmeasured.empty()) {
    write_stored_model(options.out, converted.model, StoredPrecision::fp32);
  } else {
    Network throttleable = to_network(converted.model, options.model.run);
    calibrate_batch_norm(throttleable, data, converted.unmeasured, options.recalibration_images, options.model.run.seed);
    save_network(options.out, throttleable);
  }
  result.points = converted.points;
  result.measured = static_cast<int64_t>(converted.unmeasured.size());
  for (const Gate& gate : converted.model.description.graph.gates()) result.gates.push_back(gate.name);
  result.widths = converted.points.back().channels;
  return result;
}

Table reds_table(const RedsResult& result, bool for_programs) {
  Table table{{"u", "macs", "macs_share", "activation_bytes", "importance_kept", "seconds", "programs", "widths"},
              {},
              {true, true, true, true, true, true, true, false}};
  for (const ConvertedPoint& point : result.points) {
    const auto share = [&](double value) { return for_programs ? fmt::format("{}", value) : fmt::format("{:.4f}", value); };
    table.rows.push_back({fmt::format("{}", point.budget), fmt::format("{}", point.macs), share(point.macs_share),
                          fmt::format("{}", point.activation_bytes), share(point.importance_share), fmt::format("{:.2f}", point.seconds),
                          fmt::format("{}", point.solved), widths_text(result, point)});
  }
  return table;
}

}  // namespace tnn
