#include "pipelines/bench_models.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "core/content_hash.h"
#include "core/error.h"
#include "core/json_text.h"
#include "core/read_file.h"
#include "gating/utilization_list.h"
#include "pipelines/recipe_model.h"
#include "pipelines/run_folder.h"

namespace tnn {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kMostInputs = 64;  // that are cycled through
constexpr double kSameUtilization = 1e-6;

std::string name_of(const fs::path& model) {
  return model.has_filename() ? model.filename().string() : model.parent_path().filename().string();
}

int64_t largest_batch(const BenchRequest& request) { return *std::max_element(request.plan.batches.begin(), request.plan.batches.end()); }

/// Accuracy by utilization that the sweep of a run left; empty where there is none that can be read.
std::vector<std::pair<double, double>> swept_accuracy(const fs::path& model) {
  std::vector<std::pair<double, double>> swept;
  std::error_code fault;
  if (!fs::is_directory(model, fault) || !fs::exists(RunFolder(model).curve(), fault)) return swept;
  try {
    const auto curve = parse_json<nlohmann::json>(read_file(RunFolder(model).curve()));
    for (const auto& point : curve.at("points"))
      if (point.contains("top1")) swept.emplace_back(point.at("u").get<double>(), point.at("top1").get<double>());
  } catch (const std::exception&) {  // an accuracy is a help here, not what is asked for
    swept.clear();
  }
  return swept;
}

BenchInputs read_inputs(const BenchRequest& request, const ModelDescription& description, const std::vector<int64_t>& shape) {
  if (request.run.input.empty())
    return noise_inputs(shape, std::max<int64_t>(4, std::min(largest_batch(request), kMostInputs)), request.plan.seed);
  const auto read = open_inputs(request.run, description);
  BenchInputs inputs;
  inputs.count = std::min(read->count(), kMostInputs);
  int64_t each = 1;
  for (const int64_t extent : shape) each *= extent;
  inputs.values.resize(static_cast<size_t>(inputs.count * each));
  read->read(0, inputs.count, inputs.values.data());
  return inputs;
}

void add_workload(BenchModels& models, NetworkUnderTest& network, double u, bool compared) {
  const int point = network.network().find_operating_point(u);
  const OperatingPointInfo& info = network.network().operating_points()[static_cast<size_t>(point)];
  models.workloads.push_back(std::make_unique<NetworkWorkload>(network, point, u));
  models.labels.push_back({network.name(), compared, u, point, info.u, info.cost.macs, info.validation_accuracy});
}

/// Utilizations that stand for one operating point are measured once.
void add_points(const BenchRequest& request, BenchModels& models) {
  NetworkUnderTest& network = *models.networks.front();
  const auto& points = network.network().model().description.points;
  const auto swept = swept_accuracy(request.run.model);
  for (const double u : parse_utilizations(request.utilizations == "all" ? "distinct" : request.utilizations, points)) {
    const int point = network.network().find_operating_point(u);
    const auto same =
        std::find_if(models.labels.begin(), models.labels.end(), [&](const WorkloadLabel& label) { return label.point == point; });
    if (same != models.labels.end()) {
      models.notes.push_back(fmt::format("u = {} is the operating point of u = {}: it is measured once", u, same->u));
      continue;
    }
    add_workload(models, network, u, false);
    WorkloadLabel& label = models.labels.back();
    for (const auto& [swept_u, accuracy] : swept)
      if (std::abs(swept_u - label.point_u) < kSameUtilization || std::abs(swept_u - u) < kSameUtilization) label.accuracy = accuracy;
  }
}

void add_compared(const BenchRequest& request, const BenchInputs& inputs, BenchModels& models) {
  const auto& shape = models.networks.front()->network().input_shape();
  for (const fs::path& other : request.compare) {
    models.networks.push_back(
        std::make_unique<NetworkUnderTest>(name_of(other), find_model_file(other), request.run.runtime, largest_batch(request)));
    NetworkUnderTest& network = *models.networks.back();
    if (network.network().input_shape() != shape)
      throw DataError(fmt::format("--compare '{}': its inputs are [{}], those of the model [{}] (allowed: models of the same inputs)",
                                  other.string(), fmt::join(network.network().input_shape(), ", "), fmt::join(shape, ", ")));
    network.set_inputs(inputs);
    add_workload(models, network, 1, true);
  }
}

std::string digest_of(const BenchRequest& request) {
  ContentHash hash;
  hash.add(read_file(find_model_file(request.run.model)));
  for (const fs::path& other : request.compare) hash.add(read_file(find_model_file(other)));
  return hash.hex();
}

}  // namespace

std::vector<Workload*> BenchModels::all() const {
  std::vector<Workload*> pointers;
  for (const auto& workload : workloads) pointers.push_back(workload.get());
  return pointers;
}

BenchModels load_bench_models(const BenchRequest& request) {
  BenchModels models;
  models.contents = digest_of(request);
  models.networks.push_back(std::make_unique<NetworkUnderTest>(name_of(request.run.model), find_model_file(request.run.model),
                                                               request.run.runtime, largest_batch(request)));
  NetworkUnderTest& network = *models.networks.front();
  add_points(request, models);
  const BenchInputs inputs = read_inputs(request, network.network().model().description, network.network().input_shape());
  network.set_inputs(inputs);
  add_compared(request, inputs, models);
  return models;
}

}  // namespace tnn
