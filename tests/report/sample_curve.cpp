#include "sample_curve.h"

#include <algorithm>
#include <cmath>

namespace {

const char* const kClasses[] = {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"};
const double kHardness[] = {0.6, 0.1, 0.8, 0.5, 0.8, 0.2, 1.6, 0.2, 0.2, 0.2};

tnn::CurvePoint sample_point(int active, int groups, bool latency) {
  const double u = static_cast<double>(active) / groups, error = 0.055 + 0.10 * std::exp(-4 * u);
  tnn::CurvePoint point;
  point.u = u;
  point.parameters = static_cast<int64_t>(4.1e5 * u * u + 2e4 * u);
  point.macs = static_cast<int64_t>(1.74e8 * u * u + 6e6 * u);
  point.flops = 2 * point.macs + 120000;
  point.activation_bytes = static_cast<int64_t>(401408 * u);
  point.images = 10000;
  const double top1 = 1 - error, top5 = 1 - error / 18;
  point.metrics = {{top1, top1 - 0.0055, top1 + 0.0051}, {top5, top5 - 0.002, top5 + 0.0015}, {2.7 * error}};
  if (latency) {
    point.latency_ms = 0.21 + 3.3 * u * u + 0.7 * u;
    point.latency_low_ms = 0.97 * point.latency_ms;
    point.latency_high_ms = 1.16 * point.latency_ms;
  }
  for (const double hardness : kHardness) {
    const auto correct = static_cast<int64_t>(1000 * std::max(0.0, 1 - error * 1.9 * hardness));
    point.classes.push_back({static_cast<double>(correct) / 1000, correct, 1000});
  }
  for (int stage = 1; stage <= 5; ++stage)
    point.gates.push_back({"stage" + std::to_string(stage),
                           std::string(static_cast<size_t>(active), '1') + std::string(static_cast<size_t>(groups - active), '0')});
  return point;
}

}  // namespace

tnn::UtilizationCurve sample_curve(int points, bool latency) {
  tnn::UtilizationCurve curve;
  curve.name = "vgg_w-fashion-nested";
  curve.dataset = "fashion_mnist test";
  curve.model = "vgg_w, D = 16, nested";
  curve.command = "tnn sweep-utilization runs/vgg_w-fashion-nested/checkpoints/best.safetensors --data-root data --threads 2";
  curve.version = "0.1.0 (13470eb)";
  curve.machine = "x86-64, AVX-512, 2 threads";
  curve.date = "2026-11-21T11:58:00Z";
  curve.recipe = "model:\n  name: vgg_w\n  groups: 16\ngating:\n  strategy: nested\n  rounding: floor_plus_one\n";
  curve.metrics = {{"top1", "top-1 accuracy", "Top-1", "1", "fraction of images whose most likely class is right", true, "Wilson"},
                   {"top5", "top-5 accuracy", "Top-5", "1", "fraction of images whose class is among the five most likely", true, "Wilson"},
                   {"loss", "loss", "Loss", "nat", "mean cross-entropy"}};
  curve.class_names.assign(std::begin(kClasses), std::end(kClasses));
  for (int active = 1; active <= points; ++active) curve.points.push_back(sample_point(active, points, latency));
  for (int epoch = 1; epoch <= 30; ++epoch)
    curve.epochs.push_back({1.0 * epoch, 0.24 + 1.4 * std::exp(-epoch / 5.0) + 0.01 * std::sin(epoch * 2.0),
                            epoch % 2 ? -1 : 0.945 - 0.2 * std::exp(-epoch / 6.0), 0.1 * std::pow(0.9, epoch), 21.5});
  return curve;
}

tnn::UtilizationCurve sample_curve_with_controllers(bool latency) {
  tnn::UtilizationCurve curve = sample_curve(4);
  curve.actions = {0.5, 1};
  curve.controllers = {{"fixed u=0.5", 0.9, 0.89, 0.91, 0.5, 2.5e6, latency ? 0.25 : -1, {1, 0}},
                       {"learned logits", 0.9375, 0.92, 0.95, 0.625, 3.25e6 + 1.0 / 3, latency ? 0.5 : -1, {0.75, 0.25}},
                       {"oracle", 0.97, 0.96, 0.98, 0.55, 2.6e6, -1, {0.9, 0.1}}};
  return curve;
}
