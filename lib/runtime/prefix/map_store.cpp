#include "runtime/prefix/map_store.h"

#include <algorithm>

namespace tnn::prefix {
namespace {

using kernels::ImageLayout;
using kernels::PoolMap;
using kernels::Share;
using kernels::WindowMap;

std::vector<int32_t> by_position(const ImageLayout& layout, int64_t images) {
  std::vector<int32_t> pixels;
  kernels::for_each_position(layout.extent, [&](const std::vector<int64_t>& position) {
    for (int64_t image = 0; image < images; ++image) pixels.push_back(static_cast<int32_t>(layout.pixel(image, position)));
  });
  return pixels;
}

std::vector<Share> runs_of(const std::vector<int32_t>& pixels) {
  std::vector<Share> runs;
  for (const int32_t pixel : pixels) {
    if (!runs.empty() && runs.back().end == pixel)
      ++runs.back().end;
    else
      runs.push_back({pixel, pixel + 1});
  }
  return runs;
}

template <typename Element>
int64_t bytes_of(const std::vector<Element>& list) {
  return static_cast<int64_t>(list.size() * sizeof(Element));
}

}  // namespace

template <typename Map, typename Make>
const Map& MapStore::find(std::deque<std::pair<Key, Map>>& maps, const Key& key, Make make) {
  const auto found = std::find_if(maps.begin(), maps.end(), [&](const auto& entry) { return entry.first == key; });
  if (found != maps.end()) return found->second;
  maps.emplace_back(key, make());
  return maps.back().second;
}

const WindowMap& MapStore::window(const Window& window, const ImageLayout& input, const ImageLayout& output, int64_t images, Order order) {
  return find(windows_, {window, input, output, images, static_cast<int>(order)}, [&] {
    return order == Order::images ? kernels::window_map(window, input, output, images)
                                  : kernels::position_major_map(window, input, output, images);
  });
}

const PoolMap& MapStore::pool(const Window& window, bool global, const ImageLayout& input, const ImageLayout& output, int64_t images) {
  return find(pools_, {window, input, output, images, global ? 1 : 0},
              [&] { return global ? kernels::global_pool_map(input, output, images) : kernels::pool_map(window, input, output, images); });
}

const PoolMap& MapStore::upsampling(int64_t factor, const ImageLayout& input, const ImageLayout& output, int64_t images) {
  constexpr int kUpsampling = 2;
  return find(pools_, {{.kernel = {factor}, .stride = {}, .padding = {}, .dilation = {}}, input, output, images, kUpsampling},
              [&] { return kernels::upsampling_map(factor, input, output, images); });
}

const std::vector<int32_t>& MapStore::interior(const ImageLayout& layout, int64_t images, Order order) {
  return find(interiors_, {{}, layout, layout, images, static_cast<int>(order)},
              [&] { return order == Order::images ? kernels::interior_pixels(layout, images) : by_position(layout, images); });
}

const std::vector<Share>& MapStore::rows(const ImageLayout& layout) {
  return find(halos_, {{}, layout, layout, 1, 1}, [&] { return runs_of(kernels::interior_pixels(layout, 1)); });
}

const std::vector<Share>& MapStore::halo(const ImageLayout& layout, Share written) {
  return find(halos_, {{}, layout, layout, 1, 0, written}, [&] {
    std::vector<int32_t> pixels = kernels::halo_pixels(layout, 1);
    pixels.erase(std::remove_if(pixels.begin(), pixels.end(), [&](int32_t p) { return p >= written.begin && p < written.end; }),
                 pixels.end());
    return runs_of(pixels);
  });
}

int64_t MapStore::bytes() const {
  int64_t bytes = 0;
  for (const auto& [key, map] : windows_) bytes += bytes_of(map.input) + bytes_of(map.output) + bytes_of(map.taps) + bytes_of(map.runs);
  for (const auto& [key, map] : pools_) bytes += bytes_of(map.input) + bytes_of(map.output) + bytes_of(map.first) + bytes_of(map.factor);
  for (const auto& [key, list] : interiors_) bytes += bytes_of(list);
  for (const auto& [key, list] : halos_) bytes += bytes_of(list);
  return bytes;
}

}  // namespace tnn::prefix
