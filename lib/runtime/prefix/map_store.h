#pragma once

#include <deque>

#include "runtime/kernels/pooling.h"
#include "runtime/kernels/window_map.h"

namespace tnn::prefix {

/// Lists of pixel numbers, each made once and shared by all steps and operating points that need the same. References stay valid.
class MapStore {
 public:
  enum class Order { images, positions };  ///< image by image, or position by position over all images (position_major_map)

  const kernels::WindowMap& window(const Window& window, const kernels::ImageLayout& input, const kernels::ImageLayout& output,
                                   int64_t images, Order order);
  /// kind GlobalPool: `window` without dimensions.
  const kernels::PoolMap& pool(const Window& window, bool global, const kernels::ImageLayout& input, const kernels::ImageLayout& output,
                               int64_t images);
  /// Each input pixel `factor` times in every dimension.
  const kernels::PoolMap& upsampling(int64_t factor, const kernels::ImageLayout& input, const kernels::ImageLayout& output, int64_t images);
  /// The pixels of a value without its halo, in an order.
  const std::vector<int32_t>& interior(const kernels::ImageLayout& layout, int64_t images, Order order = Order::images);
  /// Runs of neighbours among the interior pixels of one image.
  const std::vector<kernels::Share>& rows(const kernels::ImageLayout& layout);
  /// Runs of halo pixels of one image, without those that a step writes itself.
  const std::vector<kernels::Share>& halo(const kernels::ImageLayout& layout, kernels::Share written);
  int64_t bytes() const;

 private:
  struct Key {
    Window window;
    kernels::ImageLayout input, output;
    int64_t images = 0;
    int kind = 0;
    kernels::Share written = {};
    bool operator==(const Key&) const = default;
  };
  template <typename Map, typename Make>
  const Map& find(std::deque<std::pair<Key, Map>>& maps, const Key& key, Make make);

  std::deque<std::pair<Key, kernels::WindowMap>> windows_;
  std::deque<std::pair<Key, kernels::PoolMap>> pools_;
  std::deque<std::pair<Key, std::vector<int32_t>>> interiors_;
  std::deque<std::pair<Key, std::vector<kernels::Share>>> halos_;
};

}  // namespace tnn::prefix
