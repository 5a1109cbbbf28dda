#include "training/collect_outputs.h"

#include <ATen/core/Tensor.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <numeric>

#include "core/error.h"
#include "core/interruption.h"
#include "data/class_labels.h"
#include "data/sample_noun.h"
#include "graph/graph_builder.h"
#include "network/input_batch.h"

namespace tnn {
namespace {

constexpr double kMostBytes = 8.0 * (1 << 30);

void check_memory(const ActionOutputs& outputs, int64_t samples) {
  const double numbers = static_cast<double>(outputs.actions() * outputs.classes + outputs.feature_count);
  const double bytes = 4.0 * static_cast<double>(samples) * numbers;
  if (bytes > kMostBytes)
    throw UsageError(
        fmt::format("the outputs of {} samples at {} actions of {} classes, with {} features, take {:.1f} GiB (allowed: {:.0f}; "
                    "data.train_limit, a smaller controller.actions)",
                    samples, outputs.actions(), outputs.classes, outputs.feature_count, bytes / (1 << 30), kMostBytes / (1 << 30)));
}

/// A value [samples, channels, extent...] in row-major memory.
at::Tensor on_cpu(const at::Tensor& value) { return value.to(at::kCPU, at::kFloat).contiguous(); }

void append_features(const at::Tensor& value, const ControllerFeatures& features, std::vector<float>& to) {
  const at::Tensor rows = on_cpu(value);
  const int64_t samples = rows.size(0), width = rows.numel() / samples;
  const size_t first = to.size();
  to.resize(first + static_cast<size_t>(samples * features.count()));
  for (int64_t i = 0; i < samples; ++i)
    features.copy(rows.const_data_ptr<float>() + i * width, to.data() + first + static_cast<size_t>(i * features.count()));
}

/// The outputs of one batch at every action, after those of the samples before it.
void append_outputs(const Network& network, const at::Tensor& inputs, const ControllerFeatures* features, bool alone,
                    ActionOutputs& outputs) {
  const auto row = static_cast<size_t>(outputs.classes), actions = static_cast<size_t>(outputs.actions());
  const auto samples = static_cast<size_t>(inputs.size(0));
  const size_t first = outputs.logits.size();
  outputs.logits.resize(first + samples * actions * row);
  for (size_t k = 0; k < actions; ++k) {
    if (alone) stop_if_interrupted();
    const auto execution = network.at_point(point_at(network.description(), outputs.utilizations[k]));
    const std::vector<at::Tensor> values = network.forward(inputs, execution, {});
    if (features && k == 0) append_features(values.at(find_output(network.graph(), features->node()).value()), *features, outputs.features);
    const at::Tensor logits = on_cpu(values.front());
    const float* from = logits.const_data_ptr<float>();
    for (size_t i = 0; i < samples; ++i) std::copy_n(from + i * row, row, outputs.logits.data() + first + (i * actions + k) * row);
  }
}

/// All processes' rows of a table, `width` numbers each, in the order of their places in the set.
template <typename T>
std::vector<T> rows_of_all(const ProcessGroup& group, const std::vector<T>& own, size_t width, const std::vector<size_t>& order) {
  std::vector<T> gathered;
  for (const std::string& text : group.gather(std::string(reinterpret_cast<const char*>(own.data()), own.size() * sizeof(T)))) {
    const size_t before = gathered.size();
    gathered.resize(before + text.size() / sizeof(T));
    if (!text.empty()) std::memcpy(gathered.data() + before, text.data(), text.size());
  }
  std::vector<T> sorted(gathered.size());
  for (size_t row = 0; row < order.size(); ++row)
    std::copy_n(gathered.begin() + static_cast<int64_t>(order[row] * width), width, sorted.begin() + static_cast<int64_t>(row * width));
  return sorted;
}

/// `places`: of this process's samples among those of the epoch.
void share_outputs(const ProcessGroup& group, const std::vector<int64_t>& places, ActionOutputs& outputs) {
  std::vector<size_t> order;
  std::vector<int64_t> all;
  for (const std::string& text : group.gather(std::string(reinterpret_cast<const char*>(places.data()), places.size() * sizeof(int64_t)))) {
    all.resize(all.size() + text.size() / sizeof(int64_t));
    std::memcpy(reinterpret_cast<char*>(all.data() + all.size()) - text.size(), text.data(), text.size());
  }
  order.resize(all.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return all[a] < all[b]; });
  outputs.logits = rows_of_all(group, outputs.logits, static_cast<size_t>(outputs.actions() * outputs.classes), order);
  outputs.features = rows_of_all(group, outputs.features, static_cast<size_t>(outputs.feature_count), order);
  outputs.samples = rows_of_all(group, outputs.samples, 1, order);
  outputs.labels = rows_of_all(group, outputs.labels, 1, order);
}

}  // namespace

ActionOutputs collect_outputs(const Network& network, Loader& loader, const std::vector<double>& utilizations, Progress& progress,
                              const ControllerFeatures* features, const SharedGroup& group) {
  c10::InferenceMode inference;
  const Graph& graph = network.graph();
  ActionOutputs outputs;
  outputs.utilizations = utilizations;
  outputs.classes = graph.dimensions(graph.shape(graph.outputs().front())).front();
  if (features) outputs.feature_count = features->count();
  check_memory(outputs, loader.size());
  const std::vector<int>& labels = labels_of(*loader.set());
  outputs.logits.reserve(static_cast<size_t>(loader.size() * outputs.actions() * outputs.classes));
  outputs.features.reserve(static_cast<size_t>(loader.size() * outputs.feature_count));
  progress.begin("outputs at each action", loader.size(), noun_of(*loader.set()));
  Batch batch;
  std::vector<int64_t> places;
  loader.start_epoch(0);
  for (int64_t first = 0; loader.next(batch); first += loader.batch_size(batch.number)) {
    stop_if_agreed(group);
    if (batch.size > 0) append_outputs(network, to_tensors(batch, network.device()).inputs, features, !group, outputs);
    for (const int64_t place : loader.places(batch)) places.push_back(first + place);
    for (const uint32_t index : batch.indices) outputs.samples.push_back(index), outputs.labels.push_back(labels.at(index));
    progress.advance(std::min(loader.size(), outputs.size() * size_of(group)), {});
  }
  if (group) share_outputs(*group, places, outputs);
  progress.end();
  return outputs;
}

}  // namespace tnn
