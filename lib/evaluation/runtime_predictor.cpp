#include "evaluation/runtime_predictor.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <memory>

namespace tnn {

Predictor runtime_predictor(const std::filesystem::path& model, const RuntimeOptions& options) {
  struct Runtime {
    ThrottledNetwork network;
    InferenceContext context;
  };
  ThrottledNetwork network = ThrottledNetwork::load(model, options);
  InferenceContext context = network.context();
  const auto runtime = std::make_shared<Runtime>(Runtime{std::move(network), std::move(context)});
  return [runtime, limit = options.batch_limit](const at::Tensor& inputs, const SweepPoint& point) {
    const at::Tensor input = inputs.contiguous();  // channels_last is LibTorch's alone
    const int64_t count = input.size(0);
    std::vector<int64_t> sizes = runtime->network.output_shape();
    sizes.insert(sizes.begin(), count);
    at::Tensor output = at::empty(sizes, at::kFloat);
    runtime->network.set_operating_point(point.point);
    const int64_t in = count > 0 ? input.numel() / count : 0, out = count > 0 ? output.numel() / count : 0;
    for (int64_t first = 0; first < count; first += limit)
      runtime->context.run(input.const_data_ptr<float>() + first * in, std::min(limit, count - first),
                           output.mutable_data_ptr<float>() + first * out);
    return Outputs{output};
  };
}

}  // namespace tnn
