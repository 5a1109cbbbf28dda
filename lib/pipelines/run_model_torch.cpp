#include "pipelines/run_model_torch.h"

#include <ATen/ops/from_blob.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include "core/error.h"
#include "network/model_file.h"
#include "network/torch_threads.h"
#include "pipelines/recipe_model.h"

namespace tnn {

RunSummary run_model_in_torch(const RunRequest& request) {
  set_torch_threads(request.runtime.threads);
  const Network network = load_network(find_model_file(request.model), at::kCPU, true);
  const ModelDescription& description = network.description();
  if (description.points.empty()) throw DataError(fmt::format("'{}' has no operating point", request.model.string()));
  const int point = request.point.value_or(point_at(description, request.u));
  if (point < 0 || point >= static_cast<int>(description.points.size()))
    throw UsageError(fmt::format("operating point {} does not exist (allowed: 0 to {})", point, description.points.size() - 1));
  const OperatingPoint& chosen = description.points[static_cast<size_t>(point)];

  if (request.runtime.precision != Precision::fp32)
    throw UsageError("the engine torch computes in fp32, not " + precision_name(request.runtime.precision));
  NpyArray inputs = read_inputs(request, description);
  const at::Tensor x = at::from_blob(inputs.values.data(), inputs.shape, at::kFloat);
  const c10::InferenceMode no_gradients;
  const std::vector<std::filesystem::path> files = output_files(request, description.graph);
  const std::vector<at::Tensor> outputs = network.forward(x, network.masked(chosen.configuration), {});
  for (size_t i = 0; i < files.size(); ++i) {
    const at::Tensor y = outputs[i].contiguous();
    write_npy(files[i], {y.sizes().vec(), {y.data_ptr<float>(), y.data_ptr<float>() + y.numel()}});
  }
  return {inputs.shape.front(), point, chosen.u, network_cost(description.graph, chosen.configuration).macs, "torch: masked execution"};
}

}  // namespace tnn
