#include "training/collect_outputs.h"

#include <ATen/core/Tensor.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

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
void append_outputs(const Network& network, const at::Tensor& inputs, const ControllerFeatures* features, ActionOutputs& outputs) {
  const auto row = static_cast<size_t>(outputs.classes), actions = static_cast<size_t>(outputs.actions());
  const auto samples = static_cast<size_t>(inputs.size(0));
  const size_t first = outputs.logits.size();
  outputs.logits.resize(first + samples * actions * row);
  for (size_t k = 0; k < actions; ++k) {
    stop_if_interrupted();
    const auto execution = network.at_point(point_at(network.description(), outputs.utilizations[k]));
    const std::vector<at::Tensor> values = network.forward(inputs, execution, {});
    if (features && k == 0) append_features(values.at(find_output(network.graph(), features->node()).value()), *features, outputs.features);
    const at::Tensor logits = on_cpu(values.front());
    const float* from = logits.const_data_ptr<float>();
    for (size_t i = 0; i < samples; ++i) std::copy_n(from + i * row, row, outputs.logits.data() + first + (i * actions + k) * row);
  }
}

}  // namespace

ActionOutputs collect_outputs(const Network& network, Loader& loader, const std::vector<double>& utilizations, Progress& progress,
                              const ControllerFeatures* features) {
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
  loader.start_epoch(0);
  while (loader.next(batch)) {
    append_outputs(network, to_tensors(batch, network.device()).inputs, features, outputs);
    for (const uint32_t index : batch.indices) outputs.samples.push_back(index), outputs.labels.push_back(labels.at(index));
    progress.advance(outputs.size(), {});
  }
  progress.end();
  return outputs;
}

}  // namespace tnn
