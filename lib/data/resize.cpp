#include "data/resize.h"

#include <cstddef>
#include <opencv2/imgproc.hpp>

namespace tnn {

void resize_planes(const uint8_t* in, int channels, ImageExtent from, uint8_t* out, ImageExtent to) {
  static const bool single_threaded = (cv::setNumThreads(0), true);
  (void)single_threaded;
  const bool shrinks = to.height <= from.height && to.width <= from.width;
  const auto in_plane = static_cast<size_t>(from.height) * static_cast<size_t>(from.width);
  const auto out_plane = static_cast<size_t>(to.height) * static_cast<size_t>(to.width);
  for (size_t c = 0; c < static_cast<size_t>(channels); ++c) {
    const cv::Mat source(from.height, from.width, CV_8UC1, const_cast<uint8_t*>(in + c * in_plane));
    cv::Mat target(to.height, to.width, CV_8UC1, out + c * out_plane);
    cv::resize(source, target, target.size(), 0, 0, shrinks ? cv::INTER_AREA : cv::INTER_LINEAR);
  }
}

}  // namespace tnn
