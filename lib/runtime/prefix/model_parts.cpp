#include "runtime/prefix/model_parts.h"

#include <algorithm>

#include "graph/node_traits.h"
#include "runtime/prefix/winograd_choice.h"

namespace tnn::prefix {

ModelParts::ModelParts(std::shared_ptr<const LoweredModel> lowered, const kernels::KernelSet& kernel_set, Precision wanted, Tuning measured)
    : model(std::move(lowered)),
      kernels(kernel_set),
      tuning(std::move(measured)),
      regions(find_planar_regions(model->plan)),
      numbering(number_pixels(model->plan, regions)),
      times(times_of_steps(model->plan, regions, numbering, kernels, tuning)),
      affine(*model),
      precision(plan()) {
  std::vector<WeightForms> forms(plan().steps.size());
  if (wanted == Precision::fp32) {
    const int64_t table_numbers = affine.bytes() / static_cast<int64_t>(sizeof(float));
    forms = choose_winograd(*model, regions, numbering, times, tuning, table_numbers);
  }
  for (size_t s = 0; s < plan().steps.size(); ++s) {
    const Step& step = plan().steps[s];
    weights.emplace_back();
    if (!traits_of(step.operation).is_weighted) continue;
    Layer layer = layer_of(plan(), numbering, step);
    if (wanted == Precision::bf16 && !is_local(plan(), step, layer)) precision.use_bf16(plan(), s, layer);
    forms[s].bf16 = precision.bf16_steps[s];
    weights.back().emplace(*model, step, std::move(layer), std::move(forms[s]));
  }
}

int ModelParts::bf16_layers() const { return static_cast<int>(std::count(precision.bf16_steps.begin(), precision.bf16_steps.end(), true)); }

int ModelParts::weighted_layers() const {
  return static_cast<int>(std::count_if(weights.begin(), weights.end(), [](const auto& layer) { return layer.has_value(); }));
}

int64_t ModelParts::bytes() const {
  int64_t bytes = affine.bytes();
  for (const auto& layer : weights)
    if (layer) bytes += layer->bytes();
  return bytes;
}

int64_t ModelParts::copied_bytes(int point) const {
  int64_t bytes = 0;
  for (const auto& layer : weights)
    if (layer) bytes += layer->at(point).copied_bytes;
  return bytes;
}

}  // namespace tnn::prefix
