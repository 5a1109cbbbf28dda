#include "runtime/prefix/model_parts.h"

#include "runtime/lowering/rewriting.h"

namespace tnn::prefix {

ModelParts::ModelParts(std::shared_ptr<const LoweredModel> lowered, const kernels::KernelSet& kernel_set)
    : model(std::move(lowered)),
      kernels(kernel_set),
      regions(find_planar_regions(model->plan)),
      numbering(number_pixels(model->plan, regions)),
      affine(*model) {
  for (const Step& step : plan().steps) {
    weights.emplace_back();
    if (is_weighted(step.operation)) weights.back().emplace(*model, step, layer_of(plan(), numbering, step));
  }
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
