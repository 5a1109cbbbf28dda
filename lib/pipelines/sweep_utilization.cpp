#include "pipelines/sweep_utilization.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.h"
#include "core/version.h"
#include "cost/cost.h"
#include "data/dataset.h"
#include "evaluation/runtime_classifier.h"
#include "evaluation/sweep.h"
#include "evaluation/utilization_list.h"
#include "evaluation/wilson.h"
#include "network/device.h"
#include "network/model_file.h"
#include "pipelines/damage_reports.h"
#include "pipelines/image_options.h"
#include "pipelines/run_folder.h"
#include "runtime/engine.h"

namespace tnn {
namespace {

constexpr const char* kTorchEngine = "torch";
constexpr int64_t kEngineBatch = 32;  ///< images together

double fraction(int64_t part, int64_t whole) { return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0.0; }

CurvePoint curve_point(const Graph& graph, const SweepPoint& swept) {
  CurvePoint point;
  const Cost cost = network_cost(graph, swept.configuration);
  point.u = swept.u;
  point.parameters = cost.parameters, point.macs = cost.macs, point.flops = cost.flops, point.activation_bytes = cost.activation_bytes;
  point.images = swept.images;
  const Interval top1 = wilson_interval(swept.top1, swept.images), top5 = wilson_interval(swept.top5, swept.images);
  point.top1 = fraction(swept.top1, swept.images), point.top1_low = top1.low, point.top1_high = top1.high;
  point.top5 = fraction(swept.top5, swept.images), point.top5_low = top5.low, point.top5_high = top5.high;
  point.loss = swept.loss;
  point.latency_ms = swept.latency_ms, point.latency_low_ms = swept.latency_low_ms, point.latency_high_ms = swept.latency_high_ms;
  for (size_t c = 0; c < swept.class_count.size(); ++c) point.classes.push_back({swept.class_correct[c], swept.class_count[c]});
  for (size_t g = 0; g < graph.gates().size(); ++g) point.gates.push_back({graph.gates()[g].name, swept.configuration.gates[g].pattern()});
  return point;
}

std::vector<EpochRecord> epoch_records(const std::vector<EpochSummary>& history) {
  std::vector<EpochRecord> records;
  for (const EpochSummary& e : history)
    records.push_back({static_cast<double>(e.epoch), e.training_loss, e.score, e.learning_rate, e.seconds});
  return records;
}

/// The engine that was asked for; a batch at a time.
Classifier engine_classifier(const SweepOptions& options, Precision precision) {
  RuntimeOptions runtime;
  runtime.engine = options.engine;
  runtime.precision = precision;
  runtime.threads = options.threads;
  runtime.batch_limit = std::min<int64_t>(options.batch_size, kEngineBatch);
  return runtime_classifier(options.model, runtime);
}

void check_engine(const SweepOptions& options) {
  std::vector<std::string> engines = engine_names();
  engines.push_back(kTorchEngine);
  if (std::find(engines.begin(), engines.end(), options.engine) == engines.end())
    throw UsageError(unknown_name_message("engine", options.engine, engines));
  if (options.engine == kTorchEngine && options.precision != Precision::fp32)
    throw UsageError("--precision " + precision_name(options.precision) +
                     " is for the engines of the runtime (--engine prefix); torch sweeps in fp32");
  if (options.engine != kTorchEngine && options.engine != "cuda" && options.device != "auto" && options.device != "cpu")
    throw UsageError(fmt::format("--device {}: the engine '{}' computes on the CPU (allowed: auto, cpu)", options.device, options.engine));
}

/// Says at which utilizations the network gives no numbers: their accuracy means nothing.
void report_not_finite(const std::vector<SweepPoint>& swept, Progress& progress) {
  for (const SweepPoint& point : swept)
    if (!std::isfinite(point.loss)) progress.message(fmt::format("u = {:g}: the network's outputs are not finite numbers", point.u));
}

int largest_cardinality(const Graph& graph) {
  int largest = 1;
  for (const Gate& gate : graph.gates()) largest = std::max(largest, gate.groups);
  return largest;
}

}  // namespace

Loader load_test_data(const ModelDescription& description, const DatasetOnDisk& dataset, const SweepOptions& options) {
  auto images = std::make_shared<ImageSet>(load_split(dataset.card, dataset.folder, "test", options.test_limit));
  const auto input = description.graph.dimensions(description.graph.input().shape);
  LoaderOptions loader;
  loader.batch_size = options.batch_size;
  loader.workers = options.workers;
  loader.channels_last = options.channels_last;
  loader.augmentation = plain_augmentation(description.preprocessing);
  loader.augmentation.decoding.scaled = options.decoding.scaled;
  loader.augmentation.decoding.damaged = options.decoding.damaged;
  if (input.size() == 3 && (input[1] != dataset.card.height || input[2] != dataset.card.width))
    loader.augmentation.image_size = static_cast<int>(input[1]);
  if (images->encoded && images->class_names != description.class_names)
    throw DataError(fmt::format("{}: its classes are not those that the model was trained on ({} and {} of them)", dataset.folder.string(),
                                images->class_names.size(), description.class_names.size()));
  std::vector<uint32_t> all(static_cast<size_t>(images->size()));
  std::iota(all.begin(), all.end(), 0u);
  return Loader(std::move(images), std::move(all), loader);
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
  const auto classes = static_cast<int64_t>(description.class_names.size());
  const auto sweep = [&](const Classifier& classify) {
    return sweep_utilization(network, classify, loader, utilizations, classes, reports);
  };
  const Classifier classify = deployed ? engine_classifier(options, options.precision) : sliced_classifier(network);
  auto swept = sweep(classify);
  report_not_finite(swept, progress);
  std::vector<SweepPoint> in_fp32;
  if (options.precision != Precision::fp32) in_fp32 = sweep(engine_classifier(options, Precision::fp32));
  if (options.latency) measure_latency(network, classify, swept, options.latency_repeats, progress);

  UtilizationCurve curve;
  curve.name = options.name;
  curve.dataset = description.dataset + " test" + (options.test_limit > 0 ? fmt::format(", first {} images", loader.size()) : "");
  curve.model =
      fmt::format("{}, D = {}, {} gating", description.graph.name(), largest_cardinality(description.graph), description.gating.strategy);
  curve.command = options.command;
  curve.version = version();
  curve.machine = describe_machine(options.threads) + (network.device().is_cpu() ? "" : ", " + describe_device(network.device())) +
                  (deployed ? fmt::format(", engine {} in {}", options.engine, precision_name(options.precision)) : "");
  curve.date = utc_now();
  curve.recipe = options.recipe;
  curve.class_names = description.class_names;
  for (const SweepPoint& point : swept) curve.points.push_back(curve_point(description.graph, point));
  for (size_t i = 0; i < in_fp32.size(); ++i) curve.points[i].fp32_top1 = fraction(in_fp32[i].top1, in_fp32[i].images);
  curve.epochs = epoch_records(options.history);
  return curve;
}

std::vector<double> recipe_utilizations(const Recipe& recipe, const std::vector<OperatingPoint>& points) try {
  return parse_utilizations(recipe.text("evaluation.u"), points);
} catch (const UsageError& error) {
  throw recipe.fault("evaluation.u", error.what());
}

SweepOptions sweep_options(const Recipe& recipe) {
  SweepOptions options;
  options.utilizations = recipe.text("evaluation.u");
  options.data_root = recipe.text("data.root");
  options.device = recipe.text("run.device");
  options.batch_size = recipe.integer("evaluation.batch_size");
  options.test_limit = recipe.integer("data.test_limit");
  options.workers = static_cast<int>(recipe.integer("data.workers"));
  options.channels_last = recipe.boolean("training.channels_last");
  options.decoding.scaled = scaled_decoding(recipe);
  options.decoding.damaged = damage_policy(recipe);
  options.latency = recipe.boolean("evaluation.latency");
  options.latency_repeats = recipe.integer("evaluation.latency_repeats");
  options.recipe = recipe.resolved_yaml();
  return options;
}

}  // namespace tnn
