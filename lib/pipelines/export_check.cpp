#include "pipelines/export_check.h"

#include <ATen/ops/from_blob.h>
#include <c10/core/GradMode.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/interruption.h"
#include "core/random_stream.h"
#include "cost/cost.h"
#include "detection/proposals.h"
#include "models/faster_rcnn.h"
#include "network/model_file.h"
#include "pipelines/sweep_utilization.h"

namespace tnn {
namespace {

constexpr double kCheckMacs = 2e9;  // about what the plain loops of the evaluator do in a few seconds
constexpr int64_t kMostInputs = 8;
constexpr double kInfinite = std::numeric_limits<double>::infinity();

int64_t full_macs(const ModelDescription& description) {
  return std::max<int64_t>(1, network_cost(description.graph, Configuration::full(description.graph)).macs);
}

HostTensor random_inputs(const Graph& graph, int64_t samples) {
  HostTensor inputs{graph.dimensions(graph.input().shape), {}};
  inputs.shape.insert(inputs.shape.begin(), samples);
  int64_t elements = 1;
  for (const int64_t size : inputs.shape) elements *= size;
  RandomStream random(0, RandomPurpose::initialization, {});
  for (int64_t i = 0; i < elements; ++i) inputs.values.push_back(static_cast<float>(random.below(4001)) / 1000.0f - 2.0f);
  return inputs;
}

/// The data set that a model was trained on. DataError where its card or its files are not here: a model file may be handed on without.
DatasetOnDisk find_dataset_of(const ModelDescription& description, const std::string& data_root) {
  try {
    return find_dataset(description.dataset, data_root);
  } catch (const UsageError& error) {
    throw DataError(error.what());
  }
}

}  // namespace

ExportCheck::ExportCheck(const std::filesystem::path& model, const std::string& data_root, Progress& progress)
    : network_(load_network(model, at::kCPU, false)) {
  choose_inputs(data_root, progress);
}

void ExportCheck::choose_inputs(const std::string& data_root, Progress& progress) {
  const ModelDescription& description = network_.description();
  const auto affordable = static_cast<int64_t>(kCheckMacs / static_cast<double>(full_macs(description) * 4));
  const int64_t samples = is_detector() ? 1 : std::clamp<int64_t>(affordable, 1, kMostInputs);
  try {
    if (description.dataset.empty()) throw DataError("the model names no data set");
    const DatasetOnDisk dataset = find_dataset_of(description, data_root);
    SweepOptions images;
    images.batch_size = images.test_limit = samples;
    images.workers = 0;
    images.channels_last = false;
    Loader loader = load_test_data(description, dataset, images);
    Batch batch;
    loader.start_epoch(0);
    if (!loader.next(batch)) throw DataError(fmt::format("'{}': the test set is empty", dataset.folder.string()));
    inputs_ = {batch.inputs.shape, batch.inputs.values};
    described_ = fmt::format("{} test {} of {}", batch.size, dataset.card.noun(), description.dataset);
    real_images_ = true;
  } catch (const DataError& error) {
    progress.message(fmt::format("checked on random inputs: {}", error.what()));
    inputs_ = random_inputs(network_.graph(), samples);
    described_ = fmt::format("{} random inputs", samples);
  }
}

HostTensor ExportCheck::pixels() const {
  const Preprocessing& p = network_.description().preprocessing;
  HostTensor pixels = inputs_;
  const auto samples = static_cast<size_t>(pixels.shape[0]), channels = static_cast<size_t>(pixels.shape[1]);
  const size_t positions = pixels.values.size() / (samples * channels);
  for (size_t i = 0; i < pixels.values.size(); ++i) {
    const size_t c = i / positions % channels;
    const double pixel = (pixels.values[i] * p.std.at(c) + p.mean.at(c)) * 255;
    pixels.values[i] = static_cast<float>(real_images_ ? std::round(pixel) : pixel);
  }
  return pixels;
}

std::vector<HostTensor> ExportCheck::run(const Network& network, int point) const {
  const c10::NoGradGuard no_grad;
  const at::Tensor input = at::from_blob(const_cast<float*>(inputs_.values.data()), inputs_.shape, at::TensorOptions(at::kFloat));
  std::vector<HostTensor> outputs;
  for (const at::Tensor& output : network.forward(input, network.at_point(point), Pass{})) {
    const at::Tensor y = output.contiguous();
    outputs.push_back({y.sizes().vec(), {y.data_ptr<float>(), y.data_ptr<float>() + y.numel()}});
  }
  return outputs;
}

std::vector<HostTensor> ExportCheck::expected(int point) const { return run(network_, point); }

std::map<std::string, HostTensor> ExportCheck::detector_inputs(bool as_pixels) const {
  HostTensor first = as_pixels ? pixels() : inputs_;
  first.values.resize(first.values.size() / static_cast<size_t>(first.shape.front()));
  first.shape.front() = 1;
  const auto height = static_cast<float>(first.shape[2]), width = static_cast<float>(first.shape[3]);
  return {{"input", std::move(first)}, {"extent", {{2}, {height, width}}}};
}

std::vector<HostTensor> ExportCheck::expected_detections(int point) const {
  const c10::NoGradGuard no_grad;
  const HostTensor input = detector_inputs(false).at("input");
  const at::Tensor x = at::from_blob(const_cast<float*>(input.values.data()), input.shape, at::TensorOptions(at::kFloat));
  const DetectorOptions& options = *network_.description().detector;
  const DetectorOutputs places{options.levels};
  const std::vector<at::Tensor> outputs = network_.forward(x, network_.at_point(point), Pass{});
  std::vector<Box> regions;
  for (const Region& region : regions_of(outputs.at(places.regions()))) regions.push_back(region.box);
  const at::Tensor scores = outputs.at(places.class_logits()).contiguous(), deltas = outputs.at(places.box_deltas()).contiguous();
  std::vector<HostTensor> found{{{0, 4}, {}}, {{0}, {}}, {{0}, {}}};
  for (const Detection& one : find_detections({scores.const_data_ptr<float>(), deltas.const_data_ptr<float>(), scores.size(1) - 1}, regions,
                                              options, static_cast<double>(input.shape[3]), static_cast<double>(input.shape[2]))) {
    for (const double at : {one.box.x1, one.box.y1, one.box.x2, one.box.y2}) found[0].values.push_back(static_cast<float>(at));
    found[1].values.push_back(static_cast<float>(one.category));
    found[2].values.push_back(static_cast<float>(one.score));
    for (HostTensor& tensor : found) ++tensor.shape.front();
  }
  return found;
}

double ExportCheck::difference_of(const std::filesystem::path& model, const std::vector<std::pair<int, int>>& pairs) const {
  const Network network = load_network(model, at::kCPU, false);
  double difference = 0;
  for (const auto& [found, source] : pairs) {
    stop_if_interrupted();
    difference = std::max(difference, relative_difference(run(network, found), expected(source)));
  }
  return difference;
}

std::vector<int> ExportCheck::points() const {
  const ModelDescription& description = network_.description();
  const auto last = static_cast<int>(description.points.size()) - 1;
  std::vector<int> points;
  for (int i = 0; i <= last; ++i) points.push_back(i);
  const double macs = static_cast<double>(full_macs(description) * inputs_.shape[0]) * static_cast<double>(points.size());
  if (points.size() > 3 && macs > 8 * kCheckMacs) points = {0, last / 2, last};
  return points;
}

namespace {

double difference_of(const HostTensor& found, const HostTensor& expected) {
  if (found.shape != expected.shape) return kInfinite;
  double largest = 0, scale = std::numeric_limits<double>::min();
  for (size_t i = 0; i < expected.values.size(); ++i) {
    const double difference = std::fabs(static_cast<double>(found.values[i]) - static_cast<double>(expected.values[i]));
    if (!std::isfinite(difference)) return kInfinite;
    largest = std::max(largest, difference);
    scale = std::max(scale, std::fabs(static_cast<double>(expected.values[i])));
  }
  return largest / scale;
}

}  // namespace

double detection_difference(const std::vector<HostTensor>& found, const std::vector<HostTensor>& expected, double side) {
  if (found.size() != 3 || expected.size() != 3 || found[2].values.size() != expected[2].values.size()) return kInfinite;
  const size_t count = expected[2].values.size();
  std::vector<char> taken(count, 0);
  double largest = 0;
  for (size_t i = 0; i < count; ++i) {
    double nearest = kInfinite;
    size_t match = count;
    for (size_t k = 0; k < count; ++k) {
      if (taken[k] || found[1].values[k] != expected[1].values[i]) continue;
      double apart = std::fabs(static_cast<double>(found[2].values[k]) - static_cast<double>(expected[2].values[i]));
      for (size_t c = 0; c < 4; ++c)
        apart = std::max(
            apart, std::fabs(static_cast<double>(found[0].values[4 * k + c]) - static_cast<double>(expected[0].values[4 * i + c])) / side);
      if (apart < nearest) nearest = apart, match = k;
    }
    if (match == count) return kInfinite;
    taken[match] = 1;
    largest = std::max(largest, nearest);
  }
  return largest;
}

double relative_difference(const std::vector<HostTensor>& found, const std::vector<HostTensor>& expected) {
  if (found.size() != expected.size()) return kInfinite;
  double largest = 0;
  for (size_t i = 0; i < expected.size(); ++i) largest = std::max(largest, difference_of(found[i], expected[i]));
  return largest;
}

}  // namespace tnn
