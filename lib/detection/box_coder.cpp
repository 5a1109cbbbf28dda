#include "detection/box_coder.h"

#include <algorithm>
#include <cmath>

namespace tnn {
namespace {

constexpr double kSmallestSide = 0.01;  // pixels
const double kMostGrowth = std::log(1000.0 / 16);

struct Centred {
  double x, y, width, height;
};

Centred centred(const Box& box) {
  return {(box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2, std::max(kSmallestSide, box.width()), std::max(kSmallestSide, box.height())};
}

}  // namespace

std::array<double, 4> BoxCoder::encode(const Box& reference, const Box& box) const {
  const Centred from = centred(reference), to = centred(box);
  return {weights_[0] * (to.x - from.x) / from.width, weights_[1] * (to.y - from.y) / from.height,
          weights_[2] * std::log(to.width / from.width), weights_[3] * std::log(to.height / from.height)};
}

Box BoxCoder::decode(const Box& reference, const std::array<double, 4>& deltas) const {
  const Centred from = centred(reference);
  const double x = from.x + deltas[0] / weights_[0] * from.width, y = from.y + deltas[1] / weights_[1] * from.height;
  const double half_width = from.width * std::exp(std::min(deltas[2] / weights_[2], kMostGrowth)) / 2;
  const double half_height = from.height * std::exp(std::min(deltas[3] / weights_[3], kMostGrowth)) / 2;
  return {x - half_width, y - half_height, x + half_width, y + half_height};
}

}  // namespace tnn
