#include "pipelines/run_model_torch.h"

#include <ATen/ops/from_blob.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "network/model_file.h"
#include "network/torch_threads.h"
#include "pipelines/recipe_model.h"

namespace tnn {

RunResult run_model_in_torch(const RunRequest& request) {
  if (request.floor || !request.controller.empty())
    throw UsageError("the engine torch runs all inputs at one point (allowed with --controller and --floor: the engines of the runtime)");
  set_torch_threads(request.runtime.threads);
  const Network network = load_network(find_model_file(request.model), at::kCPU, true);
  const ModelDescription& description = network.description();
  if (description.points.empty()) throw DataError(fmt::format("'{}' has no operating point", request.model.string()));
  const int point = request.point.value_or(point_at(description, request.u));
  if (point < 0 || point >= static_cast<int>(description.points.size()))
    throw UsageError(fmt::format("operating point {} does not exist (allowed: 0 to {})", point, description.points.size() - 1));
  if (request.runtime.precision != Precision::fp32)
    throw UsageError("the engine torch computes in fp32, not " + precision_name(request.runtime.precision));

  std::vector<int64_t> shape = description.graph.dimensions(description.graph.input().shape);
  shape.insert(shape.begin(), 0);
  const auto inputs = open_inputs(request, description);
  const c10::InferenceMode no_gradients;
  RunResult result =
      run_in_batches(request, *inputs, description, point, [&](const float* batch, int64_t count, const std::vector<float*>& places) {
        shape.front() = count;
        const at::Tensor x = at::from_blob(const_cast<float*>(batch), shape, at::kFloat);  // is only read
        const std::vector<at::Tensor> outputs = network.forward(x, network.masked_at_point(point), {});
        for (size_t i = 0; i < outputs.size(); ++i) {
          const at::Tensor y = outputs[i].contiguous();
          std::copy_n(y.const_data_ptr<float>(), y.numel(), places[i]);
        }
      });
  result.engine = "torch: masked execution";
  return result;
}

}  // namespace tnn
