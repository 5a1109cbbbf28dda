#include "runtime/prefix/convolution_steps.h"

#include <fmt/format.h>

#include <algorithm>

namespace tnn::prefix {

WideStep::WideStep(std::vector<Piece> pieces, Place output, Place residual)
    : pieces_(std::move(pieces)), output_(output), residual_(residual) {}

int64_t WideStep::work(int64_t images) const {
  int64_t work = 0;
  for (const Piece& piece : pieces_) work += piece.convolution.work(images);
  return work;
}

void WideStep::run(const RunState& state, Share share) const {
  float* const output = output_.in(state);
  const float* const residual = residual_.in(state);
  int64_t before = 0;
  for (const Piece& piece : pieces_) {
    const int64_t here = piece.convolution.work(state.images);
    const Share own{std::clamp<int64_t>(share.begin - before, 0, here), std::clamp<int64_t>(share.end - before, 0, here)};
    if (own.begin < own.end)
      piece.convolution.run({state.arena, output + piece.output_channel, residual + piece.output_channel}, own, state.images);
    before += here;
  }
}

std::string WideStep::describe() const {
  const kernels::WideTiling& tiling = pieces_.front().convolution.tiling();
  const std::string tile = fmt::format("wide {}x{}", tiling.pixels, tiling.chunks.front().vectors);
  return pieces_.size() == 1 ? tile : fmt::format("{} pieces, {}", pieces_.size(), tile);
}

LocalStep::LocalStep(const kernels::LocalConvolution::Options& options, Place input, Place output, Place residual)
    : convolution_(options), group_size_(options.weights->group_size()), input_(input), output_(output), residual_(residual) {}

void LocalStep::run(const RunState& state, Share share) const {
  convolution_.run({input_.in(state), output_.in(state), residual_.in(state)}, share, state.images);
}

std::string LocalStep::describe() const { return group_size_ == 1 ? "depthwise" : fmt::format("groups of {}", group_size_); }

}  // namespace tnn::prefix
