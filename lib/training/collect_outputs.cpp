#include "training/collect_outputs.h"

#include <ATen/core/Tensor.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include "core/error.h"
#include "core/interruption.h"
#include "data/class_labels.h"
#include "network/input_batch.h"

namespace tnn {
namespace {

constexpr double kMostBytes = 8.0 * (1 << 30);

void check_memory(int64_t samples, size_t actions, int64_t classes) {
  const double bytes = 4.0 * static_cast<double>(samples) * static_cast<double>(actions) * static_cast<double>(classes);
  if (bytes > kMostBytes)
    throw UsageError(
        fmt::format("the logits of {} samples at {} actions of {} classes take {:.1f} GiB (allowed: {:.0f}; data.train_limit, a "
                    "smaller controller.actions)",
                    samples, actions, classes, bytes / (1 << 30), kMostBytes / (1 << 30)));
}

}  // namespace

ActionOutputs collect_outputs(const Network& network, Loader& loader, const std::vector<double>& utilizations, Progress& progress) {
  c10::InferenceMode inference;
  const Graph& graph = network.graph();
  ActionOutputs outputs;
  outputs.utilizations = utilizations;
  outputs.classes = graph.dimensions(graph.shape(graph.outputs().front())).front();
  check_memory(loader.size(), utilizations.size(), outputs.classes);
  const std::vector<int>& labels = labels_of(*loader.set());
  const auto row = static_cast<size_t>(outputs.classes), actions = utilizations.size();
  outputs.logits.reserve(static_cast<size_t>(loader.size()) * actions * row);
  progress.begin("outputs at each action", loader.size(), "samples");
  Batch batch;
  loader.start_epoch(0);
  while (loader.next(batch)) {
    const InputBatch input = to_tensors(batch, network.device());
    const size_t first = outputs.logits.size();
    outputs.logits.resize(first + static_cast<size_t>(batch.size) * actions * row);
    for (size_t k = 0; k < actions; ++k) {
      stop_if_interrupted();
      const auto execution = network.at_point(point_at(network.description(), utilizations[k]));
      const at::Tensor logits = network.first_output(input.inputs, execution, {}).to(at::kCPU, at::kFloat).contiguous();
      const float* from = logits.const_data_ptr<float>();
      for (size_t i = 0; i < static_cast<size_t>(batch.size); ++i)
        std::copy_n(from + i * row, row, outputs.logits.data() + first + (i * actions + k) * row);
    }
    for (const uint32_t index : batch.indices) outputs.samples.push_back(index), outputs.labels.push_back(labels.at(index));
    progress.advance(outputs.size(), {});
  }
  progress.end();
  return outputs;
}

}  // namespace tnn
