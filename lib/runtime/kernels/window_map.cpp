#include "runtime/kernels/window_map.h"

#include <limits>

#include "core/error.h"

namespace tnn::kernels {
namespace {

void check(const Window& window, const ImageLayout& input, const ImageLayout& output, int64_t images) {
  ImageLayout needed = input;
  needed.widen_for(window, output.extent);
  if (!(needed == input)) throw UsageError("window map: the input's halo is narrower than the window's reach");
  for (const ImageLayout& layout : {input, output})
    if (images * layout.pixels_per_image() > std::numeric_limits<int32_t>::max())
      throw UsageError("window map: the batch has more than 2^31 pixels, halo included");
}

std::vector<int64_t> window_begin(const Window& window, const std::vector<int64_t>& position) {
  std::vector<int64_t> begin(position.size());
  for (size_t d = 0; d < position.size(); ++d) begin[d] = position[d] * window.stride[d] - window.padding[d];
  return begin;
}

std::vector<Tap> all_taps(const Window& window, const ImageLayout& input) {
  std::vector<Tap> taps;
  for_each_position(window.kernel, [&](const std::vector<int64_t>& k) {
    int64_t offset = 0;
    for (size_t d = 0; d < k.size(); ++d) offset += k[d] * window.dilation[d] * input.stride(d);
    taps.push_back({static_cast<int64_t>(taps.size()), offset});
  });
  return taps;
}

/// Whether a tap, in the order of all_taps, lies in the image for a window that begins there.
std::vector<bool> taps_inside(const Window& window, const ImageLayout& input, const std::vector<int64_t>& begin) {
  std::vector<bool> inside;
  for_each_position(window.kernel, [&](const std::vector<int64_t>& k) {
    bool in = true;
    for (size_t d = 0; d < k.size(); ++d) {
      const int64_t at = begin[d] + k[d] * window.dilation[d];
      in = in && at >= 0 && at < input.extent[d];
    }
    inside.push_back(in);
  });
  return inside;
}

}  // namespace

WindowMap window_map(const Window& window, const ImageLayout& input, const ImageLayout& output, int64_t images) {
  check(window, input, output, images);
  WindowMap map;
  map.images = images;
  map.taps = all_taps(window, input);
  for (int64_t image = 0; image < images; ++image) {
    for_each_position(output.extent, [&](const std::vector<int64_t>& position) {
      map.input.push_back(static_cast<int32_t>(input.pixel(image, window_begin(window, position))));
      map.output.push_back(static_cast<int32_t>(output.pixel(image, position)));
    });
  }
  map.runs = {{0, map.input.size(), 0, map.taps.size()}};
  return map;
}

WindowMap position_major_map(const Window& window, const ImageLayout& input, const ImageLayout& output, int64_t images) {
  check(window, input, output, images);
  WindowMap map;
  map.images = images;
  const std::vector<Tap> taps = all_taps(window, input);
  for_each_position(output.extent, [&](const std::vector<int64_t>& position) {
    const std::vector<int64_t> begin = window_begin(window, position);
    const std::vector<bool> inside = taps_inside(window, input, begin);
    PixelRun run{map.input.size(), static_cast<size_t>(images), map.taps.size(), 0};
    for (size_t t = 0; t < taps.size(); ++t)
      if (inside[t]) map.taps.push_back(taps[t]);
    run.taps = map.taps.size() - run.first_tap;
    for (int64_t image = 0; image < images; ++image) {
      map.input.push_back(static_cast<int32_t>(input.pixel(image, begin)));
      map.output.push_back(static_cast<int32_t>(output.pixel(image, position)));
    }
    map.runs.push_back(run);
  });
  return map;
}

WindowMap sample_map(int64_t samples) {
  WindowMap map;
  map.images = samples;
  for (int64_t sample = 0; sample < samples; ++sample) map.input.push_back(static_cast<int32_t>(sample));
  map.output = map.input;
  map.taps = {{0, 0}};
  map.runs = {{0, map.input.size(), 0, 1}};
  return map;
}

std::vector<int32_t> interior_pixels(const ImageLayout& layout, int64_t images) {
  std::vector<int32_t> pixels;
  for (int64_t image = 0; image < images; ++image)
    for_each_position(layout.extent,
                      [&](const std::vector<int64_t>& position) { pixels.push_back(static_cast<int32_t>(layout.pixel(image, position))); });
  return pixels;
}

std::vector<int32_t> halo_pixels(const ImageLayout& layout, int64_t images) {
  std::vector<bool> inside(static_cast<size_t>(images * layout.pixels_per_image()), false);
  for (const int32_t pixel : interior_pixels(layout, images)) inside[static_cast<size_t>(pixel)] = true;
  std::vector<int32_t> halo;
  for (size_t pixel = 0; pixel < inside.size(); ++pixel)
    if (!inside[pixel]) halo.push_back(static_cast<int32_t>(pixel));
  return halo;
}

}  // namespace tnn::kernels
