#include "pipelines/sweep_utilization.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.h"
#include "core/version.h"
#include "cost/cost.h"
#include "data/dataset.h"
#include "evaluation/runtime_predictor.h"
#include "evaluation/sweep.h"
#include "gating/utilization_list.h"
#include "network/device.h"
#include "network/model_file.h"
#include "pipelines/damage_reports.h"
#include "pipelines/example_detections.h"
#include "pipelines/image_options.h"
#include "pipelines/run_folder.h"
#include "pipelines/sweep_controllers.h"
#include "runtime/engine.h"
#include "training/validation.h"

namespace tnn {
namespace {

constexpr int64_t kEngineBatch = 32;  ///< images together

CurvePoint curve_point(const Graph& graph, const SweepPoint& swept) {
  CurvePoint point;
  const Cost cost = network_cost(graph, swept.configuration);
  point.u = swept.u;
  point.parameters = cost.parameters, point.macs = cost.macs, point.flops = cost.flops, point.activation_bytes = cost.activation_bytes;
  point.images = swept.samples;
  point.metrics = swept.metrics;
  point.classes = swept.classes;
  point.latency_ms = swept.latency_ms, point.latency_low_ms = swept.latency_low_ms, point.latency_high_ms = swept.latency_high_ms;
  for (size_t g = 0; g < graph.gates().size(); ++g) point.gates.push_back({graph.gates()[g].name, swept.configuration.gates[g].pattern()});
  return point;
}

std::vector<EpochRecord> epoch_records(const std::vector<EpochSummary>& history) {
  std::vector<EpochRecord> records;
  for (const EpochSummary& e : history)
    records.push_back({static_cast<double>(e.epoch), e.training_loss, e.score, e.learning_rate, e.seconds});
  return records;
}

void check_engine(const SweepOptions& options) {
  std::vector<std::string> engines = engine_names();
  engines.push_back(kTorchEngine);
  if (std::find(engines.begin(), engines.end(), options.engine) == engines.end())
    throw UsageError(unknown_name_message("engine", options.engine, engines));
  if (options.engine == kTorchEngine && options.precision != Precision::fp32)
    throw UsageError("--precision " + precision_name(options.precision) +
                     " is for the engines of the runtime (--engine prefix); torch sweeps in fp32");
  if (!options.controller.empty() && options.precision != Precision::fp32)
    throw UsageError("--precision " + precision_name(options.precision) + ": controllers are compared in fp32");
  if (options.engine != kTorchEngine && options.engine != "cuda" && options.device != "auto" && options.device != "cpu")
    throw UsageError(fmt::format("--device {}: the engine '{}' computes on the CPU (allowed: auto, cpu)", options.device, options.engine));
}

/// Says at which utilizations the network gives no numbers: their metrics mean nothing.
void report_not_finite(const std::vector<SweepPoint>& swept, Progress& progress) {
  for (const SweepPoint& point : swept)
    if (std::any_of(point.metrics.begin(), point.metrics.end(), [](const MetricValue& metric) { return !std::isfinite(metric.value); }))
      progress.message(fmt::format("u = {}: the network's outputs are not finite numbers", point.u));
}

/// DataError where images are to be clips, or clips images.
void check_kind(const ModelDescription& description, const DatasetCard& card) {
  if (takes_clips(description.graph) != card.has_clips())
    throw DataError(fmt::format("the network takes [{}], but the samples of '{}' are {}",
                                fmt::join(description.graph.dimensions(description.graph.input().shape), ", "), card.name, card.noun()));
}

int largest_cardinality(const Graph& graph) {
  int largest = 1;
  for (const Gate& gate : graph.gates()) largest = std::max(largest, gate.groups);
  return largest;
}

}  // namespace

Predictor engine_predictor(const SweepOptions& options, const std::filesystem::path& model, int64_t batch_size, Precision precision) {
  RuntimeOptions runtime;
  runtime.engine = options.engine;
  runtime.precision = precision;
  runtime.threads = options.threads;
  runtime.batch_limit = std::min<int64_t>(batch_size, kEngineBatch);
  return runtime_predictor(model, runtime);
}

LoaderOptions evaluation_loading(const ModelDescription& description, const DatasetOnDisk& dataset, const SweepOptions& options) {
  const auto input = description.graph.dimensions(description.graph.input().shape);
  check_kind(description, dataset.card);
  LoaderOptions loader;
  loader.batch_size = evaluation_batch(description.graph, options.batch_size);
  loader.workers = options.workers;
  loader.channels_last = options.channels_last;
  loader.augmentation = plain_augmentation(description.preprocessing);
  loader.augmentation.decoding.scaled = options.decoding.scaled;
  loader.augmentation.decoding.damaged = options.decoding.damaged;
  if (takes_clips(description.graph) || (input.size() == 3 && (input[1] != dataset.card.height || input[2] != dataset.card.width)))
    loader.augmentation.image_size = input_extent(description.graph);
  loader.augmentation.frames = input_frames(description.graph);
  return loader;
}

void check_classes(const TargetSet& targets, const ModelDescription& description, const std::filesystem::path& folder) {
  if (targets.class_names() != description.class_names)
    throw DataError(fmt::format("{}: its classes are not those that the model was trained on ({} and {} of them)", folder.string(),
                                targets.class_names().size(), description.class_names.size()));
}

Loader load_test_data(const ModelDescription& description, const DatasetOnDisk& dataset, const SweepOptions& options) {
  auto images = std::make_shared<ImageSet>(load_split(dataset.card, dataset.folder, "test", options.test_limit));
  if (images->samples()) check_classes(*images->targets, description, dataset.folder);
  std::vector<uint32_t> all(static_cast<size_t>(images->size()));
  std::iota(all.begin(), all.end(), 0u);
  return Loader(std::move(images), std::move(all), shared_loading(evaluation_loading(description, dataset, options), options.group));
}

UtilizationCurve sweep_utilization(const SweepOptions& options, Progress& progress) {
  check_engine(options);
  const bool deployed = options.engine != kTorchEngine;  // an engine of the runtime takes images of the CPU
  const Network network =
      load_network(options.model, deployed ? at::Device(at::kCPU) : choose_device(options.device), options.channels_last);
  const ModelDescription& description = network.description();
  const DatasetOnDisk dataset = find_dataset(description.dataset, options.data_root);
  const auto utilizations = parse_utilizations(options.utilizations, description.points);
  Loader loader = load_test_data(description, dataset, options);
  DamageReports reports(progress, loader.set());
  const auto task = make_task(description.task, {description.class_names, 0, description.detector});
  const auto sweep = [&](const Predictor& predict) {
    return sweep_utilization(network, predict, *task, loader, utilizations, reports, options.group);
  };
  const int64_t batch_size = evaluation_batch(description.graph, options.batch_size);
  const Predictor predict = deployed ? engine_predictor(options, options.model, batch_size, options.precision) : sliced_predictor(network);
  auto swept = sweep(predict);
  report_not_finite(swept, progress);
  std::vector<SweepPoint> in_fp32;
  if (options.precision != Precision::fp32) in_fp32 = sweep(engine_predictor(options, options.model, batch_size, Precision::fp32));
  if (options.latency && is_writer(options.group)) measure_latency(network, predict, swept, options.latency_repeats, progress);

  UtilizationCurve curve;
  curve.name = options.name;
  curve.dataset =
      description.dataset + " test" + (options.test_limit > 0 ? fmt::format(", {} {}", loader.size(), dataset.card.noun()) : "");
  curve.model =
      fmt::format("{}, D = {}, {} gating", description.graph.name(), largest_cardinality(description.graph), description.gating.strategy);
  curve.command = options.command;
  curve.version = version();
  curve.machine = describe_machine(options.threads) + (network.device().is_cpu() ? "" : ", " + describe_device(network.device())) +
                  (deployed ? fmt::format(", engine {} in {}", options.engine, precision_name(options.precision)) : "");
  curve.date = utc_now();
  curve.recipe = options.recipe;
  curve.task = task->name();
  curve.score_name = task->score_name();
  curve.metrics = task->metrics();
  curve.class_names = description.class_names;
  for (const SweepPoint& point : swept) curve.points.push_back(curve_point(description.graph, point));
  for (size_t i = 0; i < in_fp32.size(); ++i) curve.points[i].fp32_headline = in_fp32[i].metrics.front().value;
  curve.epochs = epoch_records(options.history);
  if (description.detector && is_writer(options.group))
    curve.examples = example_detections(network, predict, swept, loader.set(), evaluation_loading(description, dataset, options));
  if (!options.controller.empty() && is_writer(options.group)) {
    SweepOptions alone = options;
    alone.group = {};
    Loader all = load_test_data(description, dataset, alone);
    add_controllers(alone, network, all, curve, reports);
  }
  return curve;
}

std::vector<double> settings_utilizations(const Settings& settings, const std::vector<OperatingPoint>& points) try {
  return parse_utilizations(settings.evaluation.utilizations, points);
} catch (const UsageError& error) {
  throw settings.fault("evaluation.u", error.what());
}

SweepOptions sweep_options(const DataSettings& data, const EvaluationSettings& evaluation, const RunSettings& run) {
  SweepOptions options;
  options.utilizations = evaluation.utilizations;
  options.data_root = data.root;
  options.device = run.device;
  options.batch_size = evaluation.batch_size;
  options.test_limit = data.test_limit;
  options.workers = data.workers;
  options.channels_last = run.channels_last;
  options.decoding = data.augmentation.decoding;
  options.latency = evaluation.latency;
  options.latency_repeats = evaluation.latency_repeats;
  return options;
}

}  // namespace tnn
