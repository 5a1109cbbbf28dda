#include "pipelines/run_model.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.h"
#include "core/interruption.h"
#include "pipelines/output_check.h"
#include "pipelines/recipe_model.h"

namespace tnn {
namespace {

/// (value / 255 - mean) / std for each channel of [batch, channels, positions...].
void normalise(NpyArray& images, const Preprocessing& preprocessing, const std::string& path) {
  const auto channels = static_cast<size_t>(images.shape[1]);
  if (preprocessing.mean.size() != channels || preprocessing.std.size() != channels)
    throw DataError(
        fmt::format("'{}' holds bytes, but the model does not say how {} channels are normalised (give float32)", path, channels));
  size_t positions = 1;
  for (size_t i = 2; i < images.shape.size(); ++i) positions *= static_cast<size_t>(images.shape[i]);
  for (size_t i = 0; i < images.values.size(); ++i) {
    const size_t c = i / positions % channels;
    images.values[i] = static_cast<float>((static_cast<double>(images.values[i]) / 255.0 - preprocessing.mean[c]) / preprocessing.std[c]);
  }
}

}  // namespace

NpyArray read_inputs(const RunRequest& request, const ModelDescription& description) {
  NpyArray inputs = read_npy(request.input);
  const auto expected = description.graph.dimensions(description.graph.input().shape);
  if (inputs.shape == expected) inputs.shape.insert(inputs.shape.begin(), 1);
  const bool fits = inputs.shape.size() == expected.size() + 1 && std::equal(expected.begin(), expected.end(), inputs.shape.begin() + 1);
  if (!fits || inputs.shape.front() == 0)
    throw DataError(fmt::format("'{}' has shape [{}] (allowed: [batch, {}] or one input [{}])", request.input.string(),
                                fmt::join(inputs.shape, ", "), fmt::join(expected, ", "), fmt::join(expected, ", ")));
  if (inputs.from_bytes) normalise(inputs, description.preprocessing, request.input.string());
  return inputs;
}

void check_outputs(const RunRequest& request) {
  CommandInputs inputs;
  inputs.add("--input", request.input);
  inputs.add_model(request.model);
  inputs.check("--output", request.output);
  if (request.runtime.tuning_file.empty()) return;
  inputs.check("--tune", request.runtime.tuning_file);
  inputs.add("--tune", request.runtime.tuning_file);
  inputs.check("--output", request.output);
}

RunSummary run_model(const RunRequest& request) {
  const std::filesystem::path file = find_model_file(request.model);
  if (!request.runtime.tuning_file.empty()) {  // what is wrong with the request is told before all is measured
    const auto model = load_lowered_model(file);
    read_inputs(request, model->description);
    if (!request.point) point_at(model->description, request.u);
  }
  ThrottledNetwork network = ThrottledNetwork::load(file, request.runtime);
  const NpyArray inputs = read_inputs(request, network.model().description);
  if (request.point)
    network.set_operating_point(*request.point);
  else
    network.set_utilization(request.u);

  const int64_t count = inputs.shape.front(), each = static_cast<int64_t>(inputs.values.size()) / count;
  NpyArray outputs;
  outputs.shape = network.output_shape();
  int64_t output_each = 1;
  for (const int64_t size : outputs.shape) output_each *= size;
  outputs.shape.insert(outputs.shape.begin(), count);
  outputs.values.resize(static_cast<size_t>(count * output_each));
  InferenceContext context = network.context();
  for (int64_t first = 0; first < count; first += request.runtime.batch_limit) {
    stop_if_interrupted();
    context.run(inputs.values.data() + first * each, std::min(request.runtime.batch_limit, count - first),
                outputs.values.data() + first * output_each);
  }
  write_npy(request.output, outputs);
  const int point = network.operating_point();
  const OperatingPointInfo& info = network.operating_points()[static_cast<size_t>(point)];
  return {count, point, info.u, info.cost.macs, network.engine().describe()};
}

}  // namespace tnn
