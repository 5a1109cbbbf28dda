#include "pipelines/run_model.h"

#include <fmt/format.h>

#include <algorithm>

#include "control/floor_certificate.h"
#include "core/error.h"
#include "core/interruption.h"
#include "cost/cost.h"
#include "pipelines/output_check.h"
#include "pipelines/recipe_model.h"
#include "pipelines/top_classes.h"

namespace tnn {
namespace {

/// What of an output's name may be part of a file's: other characters become '_'.
std::string file_part(const std::string& name) {
  std::string part = name;
  for (char& c : part)
    if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '.' && c != '-') c = '_';
  return part;
}

/// What no output may replace.
CommandInputs read_files(const RunRequest& request) {
  CommandInputs inputs;
  inputs.add("--input", request.input);
  inputs.add_model(request.model);
  inputs.add("--controller", request.controller);
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

std::unique_ptr<RunInputs> open_inputs(const RunRequest& request, const ModelDescription& description) {
  if (request.needs_classes) require_classifier(description);
  check_is_input(request.input);
  if (!is_image_input(request.input)) return std::make_unique<ArrayInputs>(request.input, description);
  if (!request.open_images)
    throw UsageError(fmt::format("--input '{}': this program was built for deployment and reads no images (allowed: .npy files)",
                                 request.input.string()));
  return request.open_images(request.input, description);
}

void check_outputs(const RunRequest& request) {
  CommandInputs inputs = read_files(request);
  if (!request.output.empty()) inputs.check("--output", request.output);
  if (request.runtime.tuning_file.empty()) return;
  inputs.check("--tune", request.runtime.tuning_file);
  inputs.add("--tune", request.runtime.tuning_file);
  if (!request.output.empty()) inputs.check("--output", request.output);
}

RunResult run_in_batches(const RunRequest& request, const RunInputs& inputs, const ModelDescription& description, int point,
                         const RunBatch& run_batch) {
  const Graph& graph = description.graph;
  const int64_t count = inputs.count();
  const OperatingPoint& chosen = description.points[static_cast<size_t>(point)];
  RunResult result{{}, {}, description, point, chosen.u, network_cost(graph, chosen.configuration).macs, {}, "", inputs.note()};
  std::vector<int64_t> sizes;
  for (const Output& output : graph.outputs()) {
    NpyArray array{graph.dimensions(graph.shape(output)), {}, false};
    sizes.push_back(1);
    for (const int64_t extent : array.shape) sizes.back() *= extent;
    array.shape.insert(array.shape.begin(), count);
    array.values.resize(static_cast<size_t>(count * sizes.back()));
    result.outputs.push_back(std::move(array));
  }
  int64_t each = 1;
  for (const int64_t extent : graph.dimensions(graph.input().shape)) each *= extent;
  const auto files = request.output.empty() ? std::vector<std::filesystem::path>() : output_files(request, graph);
  CommandInputs read;
  for (const auto& file : inputs.files()) read.add("--input", file);
  for (const auto& file : files) read.check_kept("--output", file);
  std::vector<float> batch(static_cast<size_t>(each * std::min(count, request.runtime.batch_limit)));
  std::vector<float*> places(sizes.size());
  for (int64_t first = 0; first < count; first += request.runtime.batch_limit) {
    stop_if_interrupted();
    const int64_t now = std::min(request.runtime.batch_limit, count - first);
    inputs.read(first, now, batch.data());
    for (size_t i = 0; i < places.size(); ++i) places[i] = result.outputs[i].values.data() + first * sizes[i];
    run_batch(batch.data(), now, places);
  }
  for (int64_t i = 0; i < count; ++i) result.inputs.push_back(inputs.name(i));
  for (size_t i = 0; i < files.size(); ++i) write_npy(files[i], result.outputs[i]);
  return result;
}

namespace {

std::unique_ptr<InputController> make_controller(const RunRequest& request, const ThrottledNetwork& network,
                                                 const std::filesystem::path& file) {
  const auto floor = [&](const std::filesystem::path& certified) {
    return certified_setting(SafetensorsFile(certified), request.runtime.precision);
  };
  if (request.controller.empty()) return make_cascade(network, floor(file), request.runtime);
  const double least_u = request.floor ? floor(request.controller).stages.front().u : 0;
  return load_controller(network, file, request.controller, request.runtime, least_u);
}

/// Each input at a point of its own.
RunResult run_controlled(const RunRequest& request, const ThrottledNetwork& network, const std::filesystem::path& file,
                         const RunInputs& inputs) {
  const auto controller = make_controller(request, network, file);
  std::vector<Decision> decisions;
  RunResult result = run_in_batches(request, inputs, network.model().description, network.operating_point(),
                                    [&](const float* batch, int64_t count, const std::vector<float*>& outputs) {
                                      const size_t first = decisions.size();
                                      decisions.resize(first + static_cast<size_t>(count));
                                      controller->run(batch, count, outputs, decisions.data() + first);
                                    });
  double macs = 0;
  for (const Decision& decision : decisions) macs += static_cast<double>(decision.macs);
  result.macs = static_cast<int64_t>(macs / static_cast<double>(std::max<size_t>(1, decisions.size())));
  result.decisions = std::move(decisions);
  result.engine = network.engine().describe() + (request.floor ? "; certified floor" : "; controller");
  return result;
}

}  // namespace

RunResult run_model(const RunRequest& request) {
  const std::filesystem::path file = find_model_file(request.model);
  std::unique_ptr<RunInputs> inputs;           // opened once: it may be a FIFO
  if (!request.runtime.tuning_file.empty()) {  // what is wrong with the request is told before all is measured
    const auto model = load_lowered_model(file);
    inputs = open_inputs(request, model->description);
    if (!request.point) point_at(model->description, request.u);
  }
  ThrottledNetwork network = ThrottledNetwork::load(file, request.runtime);
  if (request.point)
    network.set_operating_point(*request.point);
  else
    network.set_utilization(request.u);
  if (!inputs) inputs = open_inputs(request, network.model().description);
  if (request.floor || !request.controller.empty()) return run_controlled(request, network, file, *inputs);
  InferenceContext context = network.context();
  RunResult result =
      run_in_batches(request, *inputs, network.model().description, network.operating_point(),
                     [&](const float* batch, int64_t count, const std::vector<float*>& outputs) { context.run(batch, count, outputs); });
  result.engine = network.engine().describe();
  return result;
}

}  // namespace tnn
