#include "runtime/prefix/convolution_steps.h"

#include <fmt/format.h>

#include <algorithm>

namespace tnn::prefix {

template <typename Element>
WideStep<Element>::WideStep(std::vector<Piece> pieces, Place output, Place residual)
    : pieces_(std::move(pieces)), output_(output), residual_(residual) {}

template <typename Element>
int64_t WideStep<Element>::work(int64_t images) const {
  int64_t work = 0;
  for (const Piece& piece : pieces_) work += piece.convolution.work(images);
  return work;
}

template <typename Element>
void WideStep<Element>::run(const RunState& state, Share share) const {
  const auto* const arena = reinterpret_cast<const Element*>(state.arena);
  Element* const output = output_.in<Element>(state);
  const Element* const residual = residual_.in<Element>(state);
  int64_t before = 0;
  for (const Piece& piece : pieces_) {
    const int64_t here = piece.convolution.work(state.images);
    const Share own{std::clamp<int64_t>(share.begin - before, 0, here), std::clamp<int64_t>(share.end - before, 0, here)};
    if (own.begin < own.end)
      piece.convolution.run({arena, output + piece.output_channel, residual + piece.output_channel}, own, state.images);
    before += here;
  }
}

template <typename Element>
std::string WideStep<Element>::describe() const {
  const kernels::WideTiling& tiling = pieces_.front().convolution.tiling();
  const std::string tile = fmt::format("wide {}x{}{}", tiling.pixels, tiling.chunks.front().vectors, sizeof(Element) == 2 ? " bf16" : "");
  return pieces_.size() == 1 ? tile : fmt::format("{} pieces, {}", pieces_.size(), tile);
}

template class WideStep<float>;
template class WideStep<kernels::Bf16>;

void WinogradStep::run(const RunState& state, Share share) const {
  convolution_->run({state.arena, output_.in(state), residual_.in(state)}, share, state.images, state.scratch);
}

LocalStep::LocalStep(const kernels::LocalConvolution::Options& options, Place input, Place output, Place residual)
    : convolution_(options), group_size_(options.weights->group_size()), input_(input), output_(output), residual_(residual) {}

void LocalStep::run(const RunState& state, Share share) const {
  convolution_.run({input_.in(state), output_.in(state), residual_.in(state)}, share, state.images);
}

std::string LocalStep::describe() const { return group_size_ == 1 ? "depthwise" : fmt::format("groups of {}", group_size_); }

}  // namespace tnn::prefix
