#include "control/make_governor.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "control/feedback_governor.h"
#include "control/rules_governor.h"
#include "control/target_governor.h"
#include "core/error.h"

namespace tnn {
namespace {

using Kind = GovernText::Kind;

/// The same point at all times.
class FixedGovernor : public Governor {
 public:
  explicit FixedGovernor(int chosen) : Governor(chosen) { told_.notices = 0; }

 private:
  int decide(const Reading&) noexcept override { return point(); }
};

int point_of(double u, const std::vector<GovernedPoint>& points) {
  const auto found =
      std::find_if(points.begin(), points.end(), [u](const GovernedPoint& point) { return point.u >= u - kUtilizationTolerance; });
  return static_cast<int>(std::min(found, points.end() - 1) - points.begin());
}

/// The first point from which on all are accurate enough.
int accurate_from(const std::vector<GovernedPoint>& points, double accuracy) {
  double best = 0;
  for (size_t i = 0; i < points.size(); ++i) {
    if (std::isnan(points[i].accuracy))
      throw UsageError(
          fmt::format("accuracy = {}: the model file does not know the validation accuracy of u = {} (allowed without: floor=none "
                      "and no accuracy)",
                      accuracy, points[i].u));
    best = std::max(best, points[i].accuracy);
  }
  auto lowest = static_cast<int>(points.size());
  while (lowest > 0 && points[static_cast<size_t>(lowest) - 1].accuracy >= accuracy) --lowest;
  if (lowest == static_cast<int>(points.size()))
    throw UsageError(fmt::format("accuracy = {}: the full network does not have it (its validation accuracy: {}; the best point's: {})",
                                 accuracy, points.back().accuracy, best));
  return lowest;
}

std::unique_ptr<Governor> make_feedback(const GovernText& asked, const GovernorParts& parts) {
  FeedbackOptions options;
  options.target = asked.value, options.lowest = parts.lowest, options.points = static_cast<int>(parts.points.size());
  if (asked.kind == Kind::power) {
    options.sensor = &Reading::power_mw, options.band = 0.05 * asked.value, options.mean_s = 1, options.watch = power_watch();
    options.down_every_s = 2, options.up_every_s = 4;
  } else {
    options.sensor = &Reading::temperature_c, options.band = 2, options.horizon_s = 5, options.watch = temperature_watch();
    options.down_every_s = 2, options.up_every_s = 5;
  }
  return std::make_unique<FeedbackGovernor>(options);
}

std::unique_ptr<Governor> make_target(const GovernText& asked, const GovernorParts& parts) {
  TargetOptions options;
  options.target = asked.value, options.quantile = asked.quantile, options.lowest = parts.lowest, options.watch = latency_watch();
  if (asked.kind == Kind::power) {
    options.quantity = TargetOptions::Quantity::power, options.dead_time_s = 1, options.watch = power_watch();
  }
  return std::make_unique<TargetGovernor>(parts.profile, options);
}

bool knows_power(const PointProfile& profile) {
  return !profile.empty() &&
         std::none_of(profile.begin(), profile.end(), [](const ProfiledPoint& point) { return std::isnan(point.power_mw); });
}

}  // namespace

std::vector<GovernedPoint> governed_points(const ThrottledNetwork& network) {
  std::vector<GovernedPoint> points;
  for (const OperatingPointInfo& info : network.operating_points())
    points.push_back({info.u, info.validation_accuracy.value_or(kNoReading)});
  return points;
}

AccuracyFloor accuracy_floor(const std::vector<GovernedPoint>& points, const std::optional<FloorCertificate>& certificate,
                             std::optional<double> accuracy) {
  AccuracyFloor floor{0, "none"};
  if (certificate && certificate->setting.stages.size() == 1) {
    const double u = certificate->setting.stages.front().u;
    floor = {point_of(u, points), fmt::format("certified: u = {}, at most {} of right answers lost with confidence {}", u,
                                              certificate->risk, certificate->confidence)};
  } else if (certificate) {
    floor.source = "none: the certified floor is a cascade, which says nothing of a single u";
  }
  if (accuracy) {
    const int lowest = accurate_from(points, *accuracy);
    if (lowest >= floor.lowest) floor = {lowest, fmt::format("validation accuracy of at least {}", *accuracy)};
  }
  return floor;
}

bool needs_profile(GovernText::Kind kind) { return kind == Kind::latency || kind == Kind::deadline; }

std::unique_ptr<Governor> make_governor(const GovernText& asked, const GovernorParts& parts) {
  if (parts.points.empty()) throw UsageError("a network without operating points");
  switch (asked.kind) {
    case Kind::fixed:
      return std::make_unique<FixedGovernor>(std::max(parts.lowest, point_of(asked.value, parts.points)));
    case Kind::rules:
      return std::make_unique<RulesGovernor>(parts.rules, parts.points, parts.lowest);
    case Kind::latency:
    case Kind::deadline:
      check_profile(parts.profile, parts.points.size());
      return make_target(asked, parts);
    case Kind::power:
      return knows_power(parts.profile) ? make_target(asked, parts) : make_feedback(asked, parts);
    case Kind::temperature:
      return make_feedback(asked, parts);
  }
  throw UsageError("unknown kind of governor");
}

}  // namespace tnn
