#include "runtime/prefix/elementwise_steps.h"

#include <algorithm>
#include <limits>

namespace tnn::prefix {
namespace {

kernels::WideInput input_of(const WidePlace& at, const RunState& state) { return {at.place.in(state), at.stride, at.pixels}; }
kernels::WideOutput output_of(const WidePlace& at, const RunState& state) { return {at.place.in(state), at.stride, at.pixels}; }

constexpr int64_t kAffinePixels = 32;  ///< of a batch norm, gone through part by part: they stay in the cache
constexpr float kInfinity = std::numeric_limits<float>::infinity();

}  // namespace

AffineStep::AffineStep(const kernels::KernelSet& kernels, std::vector<PartPlace> parts, WidePlace output, kernels::Epilogue epilogue,
                       int64_t pixels_per_image)
    : kernels_(kernels), parts_(std::move(parts)), output_(output), epilogue_(epilogue), pixels_(pixels_per_image) {}

/// The parts in their order: the lanes that one writes beyond its channels are overwritten by the next.
void AffineStep::run(const RunState& state, Share share) const {
  for (int64_t first = share.begin; first < share.end; first += kAffinePixels) {
    const Share strip{first, std::min(share.end, first + kAffinePixels)};
    for (const PartPlace& part : parts_) {
      kernels::Epilogue epilogue = epilogue_;
      epilogue.scale += part.channel;
      epilogue.shift += part.channel;
      kernels::WideOutput output = output_of(output_, state);
      output.data += part.channel;
      kernels::run_affine(kernels_, input_of(part.from, state), output, part.from.channels, epilogue, strip);
    }
  }
}

void LayerNormStep::run(const RunState& state, Share share) const {
  kernels::run_layer_norm(kernels_, input_of(input_, state), output_of(output_, state), output_.channels, epsilon_, epilogue_, share);
}

SumStep::SumStep(const kernels::KernelSet& kernels, std::vector<WidePlace> operands, WidePlace output, float lower, float upper,
                 int64_t pixels_per_image)
    : kernels_(kernels), operands_(std::move(operands)), output_(output), lower_(lower), upper_(upper), pixels_(pixels_per_image) {
  // An operand that the result is written over has to be read first.
  for (size_t i = 1; i < operands_.size(); ++i)
    if (operands_[i].place.offset == output_.place.offset) std::swap(operands_[0], operands_[i]);
}

void SumStep::run(const RunState& state, Share share) const {
  const kernels::WideOutput output = output_of(output_, state);
  const kernels::WideInput first = input_of(operands_.front(), state), so_far{output.data, output.pixel_stride, output.pixels};
  if (operands_.size() == 1) return kernels::run_limit(kernels_, first, output, output_.channels, lower_, upper_, share);
  for (size_t i = 1; i < operands_.size(); ++i) {
    const bool last = i + 1 == operands_.size();
    kernels::run_add(kernels_, i == 1 ? first : so_far, input_of(operands_[i], state), output, output_.channels, last ? lower_ : -kInfinity,
                     last ? upper_ : kInfinity, share);
  }
}

void SigmoidStep::run(const RunState& state, Share share) const {
  kernels::run_sigmoid(input_of(input_, state), output_of(output_, state), output_.channels, share);
}

void ShuffleStep::run(const RunState& state, Share share) const {
  kernels::run_permute(input_of(input_, state), output_of(output_, state), from_, share);
}

PoolingStep::PoolingStep(const kernels::KernelSet& kernels, const kernels::PoolMap& map, PoolKind kind, std::vector<PartPlace> parts,
                         WidePlace output)
    : parts_(std::move(parts)), output_(output) {
  for (const PartPlace& part : parts_) steps_.push_back({&kernels, &map, kind, part.from.channels, part.from.stride, output.stride});
}

void PoolingStep::run(const RunState& state, Share share) const {
  for (int64_t i = share.begin; i < share.end; ++i)
    for (size_t p = 0; p < parts_.size(); ++p)
      steps_[p].run({parts_[p].from.place.in(state), output_.place.in(state) + parts_[p].channel, nullptr}, {i, i + 1});
}

}  // namespace tnn::prefix
