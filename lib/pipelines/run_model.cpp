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

/// What of an output's name may be part of a file's: other characters become '_'.
std::string file_part(const std::string& name) {
  std::string part = name;
  for (char& c : part)
    if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '.' && c != '-') c = '_';
  return part;
}

}  // namespace

namespace {

/// What no output may replace.
CommandInputs read_files(const RunRequest& request) {
  CommandInputs inputs;
  inputs.add("--input", request.input);
  inputs.add_model(request.model);
  return inputs;
}

}  // namespace

std::vector<std::filesystem::path> output_files(const RunRequest& request, const Graph& graph) {
  const auto& outputs = graph.outputs();
  if (outputs.size() == 1) return {request.output};
  const CommandInputs inputs = read_files(request);
  std::vector<std::filesystem::path> files;
  for (const Output& output : outputs) {
    const std::string name = request.output.stem().string() + "-" + file_part(output.name) + request.output.extension().string();
    const std::filesystem::path file = request.output.parent_path() / name;
    if (std::find(files.begin(), files.end(), file) != files.end())
      throw UsageError(fmt::format("two outputs of the model would be written to '{}'", file.string()));
    inputs.check("--output", file);
    files.push_back(file);
  }
  return files;
}

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
  CommandInputs inputs = read_files(request);
  inputs.check("--output", request.output);
  if (request.runtime.tuning_file.empty()) return;
  inputs.check("--tune", request.runtime.tuning_file);
  inputs.add("--tune", request.runtime.tuning_file);
  inputs.check("--output", request.output);
}

namespace {

std::vector<NpyArray> run_batches(const ThrottledNetwork& network, const NpyArray& inputs, int64_t batch_limit) {
  const int64_t count = inputs.shape.front(), each = static_cast<int64_t>(inputs.values.size()) / count;
  std::vector<NpyArray> outputs(network.outputs().size());
  for (size_t i = 0; i < outputs.size(); ++i) {
    outputs[i].shape = network.outputs()[i].shape;
    outputs[i].shape.insert(outputs[i].shape.begin(), count);
    outputs[i].values.resize(static_cast<size_t>(count * network.outputs()[i].elements()));
  }
  InferenceContext context = network.context();
  std::vector<float*> places(outputs.size());
  for (int64_t first = 0; first < count; first += batch_limit) {
    stop_if_interrupted();
    for (size_t i = 0; i < places.size(); ++i) places[i] = outputs[i].values.data() + first * network.outputs()[i].elements();
    context.run(inputs.values.data() + first * each, std::min(batch_limit, count - first), places);
  }
  return outputs;
}

}  // namespace

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

  const auto files = output_files(request, network.model().graph());
  const std::vector<NpyArray> outputs = run_batches(network, inputs, request.runtime.batch_limit);
  for (size_t i = 0; i < files.size(); ++i) write_npy(files[i], outputs[i]);
  const int point = network.operating_point();
  const OperatingPointInfo& info = network.operating_points()[static_cast<size_t>(point)];
  return {inputs.shape.front(), point, info.u, info.cost.macs, network.engine().describe()};
}

}  // namespace tnn
