#include "data/draw_detections.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace tnn {
namespace {

constexpr int kFont = cv::FONT_HERSHEY_SIMPLEX;

/// Colours that are far apart for neighbouring classes: hues a golden angle from each other.
cv::Scalar colour_of(int category) {
  const double hue = std::fmod(static_cast<double>(category) * 0.381966, 1.0);
  const auto part = [&](double shift) { return 140 + 115 * std::cos(2 * std::numbers::pi * (hue - shift)); };
  return {part(0), part(1.0 / 3), part(2.0 / 3), 255};
}

void draw_label(cv::Mat& canvas, const std::string& text, cv::Point corner, const cv::Scalar& colour, double scale) {
  int baseline = 0;
  const cv::Size size = cv::getTextSize(text, kFont, scale, 1, &baseline);
  const int top = std::max(0, corner.y - size.height - baseline);
  cv::rectangle(canvas, {corner.x, top}, {corner.x + size.width, top + size.height + baseline}, colour, cv::FILLED);
  cv::putText(canvas, text, {corner.x, top + size.height}, kFont, scale, {0, 0, 0, 255}, 1, cv::LINE_AA);
}

}  // namespace

void draw_detections(const std::vector<Detection>& detections, const std::vector<std::string>& class_names, PixelImage& image) {
  cv::Mat canvas(image.height, image.width, CV_8UC4, image.row(0), image.stride);
  const double scale = std::clamp(std::min(image.height, image.width) / 900.0, 0.35, 1.5);
  const int thickness = std::max(1, static_cast<int>(std::lround(3 * scale)));
  std::vector<const Detection*> order;
  for (const Detection& detection : detections) order.push_back(&detection);
  std::stable_sort(order.begin(), order.end(), [](const Detection* a, const Detection* b) { return a->score < b->score; });
  for (const Detection* found : order) {
    const Box inside = clipped(found->box, image.width, image.height);
    const cv::Point from(static_cast<int>(inside.x1), static_cast<int>(inside.y1)),
        to(static_cast<int>(inside.x2), static_cast<int>(inside.y2));
    const cv::Scalar colour = colour_of(found->category);
    cv::rectangle(canvas, from, to, colour, thickness);
    const auto category = static_cast<size_t>(found->category);
    const std::string name = category < class_names.size() ? class_names[category] : std::to_string(found->category);
    draw_label(canvas, fmt::format("{} {:.2f}", name, found->score), from, colour, scale);
  }
}

}  // namespace tnn
