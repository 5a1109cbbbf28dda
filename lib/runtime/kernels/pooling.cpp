#include "runtime/kernels/pooling.h"

#include <algorithm>

namespace tnn::kernels {
namespace {

void add_pixels(PoolMap& map, const Window& window, const ImageLayout& input, int64_t image, const std::vector<int64_t>& begin) {
  std::vector<int64_t> at(begin.size());
  for_each_position(window.kernel, [&](const std::vector<int64_t>& k) {
    for (size_t d = 0; d < k.size(); ++d) {
      at[d] = begin[d] + k[d] * window.dilation[d];
      if (at[d] < 0 || at[d] >= input.extent[d]) return;
    }
    map.input.push_back(static_cast<int32_t>(input.pixel(image, at)));
  });
}

}  // namespace

PoolMap pool_map(const Window& window, const ImageLayout& input, const ImageLayout& output, int64_t images) {
  PoolMap map;
  map.images = images;
  for (int64_t image = 0; image < images; ++image) {
    for_each_position(output.extent, [&](const std::vector<int64_t>& position) {
      std::vector<int64_t> begin(position.size());
      int64_t size = 1;
      for (size_t d = 0; d < position.size(); ++d) {
        begin[d] = position[d] * window.stride[d] - window.padding[d];
        size *= std::min(begin[d] + window.kernel[d], input.extent[d] + window.padding[d]) - begin[d];
      }
      map.first.push_back(map.input.size());
      add_pixels(map, window, input, image, begin);
      map.output.push_back(static_cast<int32_t>(output.pixel(image, position)));
      map.factor.push_back(1 / static_cast<float>(size));
    });
  }
  map.first.push_back(map.input.size());
  return map;
}

PoolMap upsampling_map(int64_t factor, const ImageLayout& input, const ImageLayout& output, int64_t images) {
  PoolMap map;
  map.images = images;
  for (int64_t image = 0; image < images; ++image)
    for_each_position(output.extent, [&](std::vector<int64_t> position) {
      map.output.push_back(static_cast<int32_t>(output.pixel(image, position)));
      for (int64_t& at : position) at /= factor;
      map.first.push_back(map.input.size());
      map.input.push_back(static_cast<int32_t>(input.pixel(image, position)));
    });
  map.first.push_back(map.input.size());
  map.factor.assign(map.output.size(), 1.0F);
  return map;
}

PoolMap global_pool_map(const ImageLayout& input, const ImageLayout& output, int64_t images) {
  PoolMap map;
  map.images = images;
  map.input = interior_pixels(input, images);
  map.output = interior_pixels(output, images);
  map.factor.assign(static_cast<size_t>(images), 1 / static_cast<float>(input.positions()));
  for (int64_t image = 0; image <= images; ++image) map.first.push_back(static_cast<size_t>(image * input.positions()));
  return map;
}

void PoolStep::run(const StepBuffers& buffers, Share share) const {
  const PoolKernel reduce = kind == PoolKind::max ? kernels->max_pool : kernels->average_pool;
  PoolTile call;
  call.input = buffers.input;
  call.pixel_stride = input_stride;
  call.channels = round_up(channels, kBlock);
  for (int64_t item = share.begin; item < share.end; ++item) {
    const auto i = static_cast<size_t>(item);
    call.pixels = map->input.data() + map->first[i];
    call.count = static_cast<int64_t>(map->first[i + 1] - map->first[i]);
    call.factor = map->factor[i];
    call.output = buffers.output + map->output[i] * output_stride;
    reduce(call);
  }
}

}  // namespace tnn::kernels
