#include "runtime/kernels/planar_convolution.h"

#include <algorithm>

#include "core/error.h"

namespace tnn::kernels {

int64_t PlanarLayout::first_pixel() const { return image.pixel(0, std::vector<int64_t>(image.dimensions(), 0)); }

int64_t PlanarLayout::span() const {
  std::vector<int64_t> last = image.extent;
  for (int64_t& position : last) --position;
  return image.pixel(0, last) - first_pixel() + 1;
}

int64_t PlanarLayout::channel_stride() const {
  return round_up(std::max(image.pixels_per_image(), first_pixel() + round_up(span(), kBlock)), kBlock);
}

PlanarConvolution::PlanarConvolution(Options options) : options_(std::move(options)) {
  check();
  first_pixel_ = options_.layout.first_pixel();
  channel_stride_ = options_.layout.channel_stride();
  make_segments();
  const auto parts = static_cast<double>(std::max<size_t>(1, options_.parts.size()));
  int64_t steps = 0;
  for (const Segment& segment : segments_) steps += segment.channels;
  const double length = static_cast<double>(steps) / static_cast<double>(options_.weights->taps()) / parts;
  tiling_ =
      choose_planar_tiling(*options_.kernels, {options_.layout.span(), options_.outputs, steps, length}, options_.pre_scale != nullptr);
  make_tiles();
  mask_.assign(static_cast<size_t>(round_up(options_.layout.span(), kBlock)), 0);
  for (const int32_t pixel : interior_pixels(options_.layout.image, 1))
    mask_[static_cast<size_t>(pixel - options_.layout.first_pixel())] = -1;
}

void PlanarConvolution::check() const {
  const Window& window = options_.window;
  for (size_t d = 0; d < window.kernel.size(); ++d)
    if (window.stride[d] != 1 || 2 * window.padding[d] != (window.kernel[d] - 1) * window.dilation[d])
      throw UsageError("planar convolution: the window must have stride 1 and keep the extent");
  ImageLayout needed = options_.layout.image;
  needed.widen_for(window, needed.extent);
  if (!(needed == options_.layout.image)) throw UsageError("planar convolution: the halo is narrower than the window's reach");
  if (options_.pre_scale && options_.weights->taps() != 1) throw UsageError("planar convolution: pre-activation is for 1x1 windows");
  if (options_.outputs < 1 || options_.outputs > options_.weights->outputs())
    throw UsageError("planar convolution: the active outputs must be 1 .. the layer's outputs");
}

void PlanarConvolution::make_segments() {
  const WindowMap map = window_map(options_.window, options_.layout.image, options_.layout.image, 1);
  const int64_t origin = map.input.front();
  for (const Tap& tap : map.taps)
    for (const InputPart& part : options_.parts)
      segments_.push_back({part.offset + origin + tap.pixel_offset,
                           tap.index * options_.weights->tap_stride() + part.weight_channel * kBlock, 1, part.channels});
}

void PlanarConvolution::make_tiles() {
  const KernelSet& kernels = *options_.kernels;
  const int64_t lanes = kernels.lanes, vectors = (options_.layout.span() + lanes - 1) / lanes;
  for (int64_t v = 0; v < vectors; v += tiling_.vectors) {
    for (int64_t first = 0; first < options_.outputs;) {
      int outputs = static_cast<int>(std::min<int64_t>({tiling_.outputs, options_.outputs - first, kBlock - first % kBlock}));
      while (!kernels.planar[outputs][1]) --outputs;
      for (int64_t done = v, end = std::min(vectors, v + tiling_.vectors); done < end;) {
        int size = static_cast<int>(std::min<int64_t>(end - done, kMaxPlanarVectors));
        while (!kernels.planar[outputs][size]) --size;
        tiles_.push_back({first, done * lanes, outputs, size});
        done += size;
      }
      first += outputs;
    }
  }
}

void PlanarConvolution::run(const StepBuffers& buffers, Share share) const {
  const KernelSet& kernels = *options_.kernels;
  const auto& table = options_.pre_scale ? kernels.planar_preactivated : kernels.planar;
  const auto tiles = static_cast<int64_t>(tiles_.size());
  PlanarTile call;
  call.channel_stride = call.output_channel_stride = channel_stride_;
  call.segments = segments_.data();
  call.segment_count = static_cast<int64_t>(segments_.size());
  call.pre_scale = options_.pre_scale;
  call.pre_shift = options_.pre_shift;
  call.epilogue = options_.epilogue;
  for (int64_t item = share.begin; item < share.end; ++item) {
    const int64_t image = item / tiles;
    const Tile& tile = tiles_[static_cast<size_t>(item % tiles)];
    call.input = buffers.input + image * options_.input_image_stride + tile.first_pixel;
    call.output = buffers.output + image * options_.output_image_stride + tile.first_output * call.output_channel_stride + first_pixel_ +
                  tile.first_pixel;
    call.weights = options_.weights->data() + tile.first_output / kBlock * options_.weights->block_stride() + tile.first_output % kBlock;
    call.mask = mask_.data() + tile.first_pixel;
    call.epilogue.scale = options_.epilogue.scale + tile.first_output;
    call.epilogue.shift = options_.epilogue.shift + tile.first_output;
    table[tile.outputs][tile.vectors](call);
  }
}

}  // namespace tnn::kernels
