#include "evaluation/runtime_classifier.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <memory>

#include "core/error.h"

namespace tnn {
namespace {

int operating_point_of(const ThrottledNetwork& network, const SweepPoint& swept) {
  const auto& points = network.model().description.points;
  const auto found =
      std::find_if(points.begin(), points.end(), [&](const OperatingPoint& point) { return point.configuration == swept.configuration; });
  if (found != points.end()) return static_cast<int>(found - points.begin());
  throw UsageError("u = " + std::to_string(swept.u) +
                   " is no operating point of the model file, which is all that an engine can run (--u distinct)");
}

}  // namespace

Classifier runtime_classifier(const std::filesystem::path& model, const RuntimeOptions& options) {
  struct Runtime {
    ThrottledNetwork network;
    InferenceContext context;
  };
  ThrottledNetwork network = ThrottledNetwork::load(model, options);
  InferenceContext context = network.context();
  const auto runtime = std::make_shared<Runtime>(Runtime{std::move(network), std::move(context)});
  return [runtime, limit = options.batch_limit](const at::Tensor& images, const SweepPoint& point) {
    const at::Tensor input = images.contiguous();  // channels_last is LibTorch's alone
    const int64_t count = input.size(0);
    std::vector<int64_t> sizes = runtime->network.output_shape();
    sizes.insert(sizes.begin(), count);
    at::Tensor output = at::empty(sizes, at::kFloat);
    runtime->network.set_operating_point(operating_point_of(runtime->network, point));
    const int64_t in = count > 0 ? input.numel() / count : 0, out = count > 0 ? output.numel() / count : 0;
    for (int64_t first = 0; first < count; first += limit)
      runtime->context.run(input.const_data_ptr<float>() + first * in, std::min(limit, count - first),
                           output.mutable_data_ptr<float>() + first * out);
    return output.flatten(1);
  };
}

}  // namespace tnn
