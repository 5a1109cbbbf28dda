#include "control/point_profile.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "core/error.h"
#include "core/json_text.h"
#include "core/read_file.h"
#include "gating/gating_strategy.h"

namespace tnn {
namespace {

using Json = nlohmann::json;

constexpr size_t kMostProfileBytes = 64 << 20;
constexpr double kNormal90 = 1.2815515655446004;  ///< 90th percentile of the standard normal distribution

std::string list_of(const std::vector<double>& values) { return fmt::format("{}", fmt::join(values, ", ")); }

double number_of(const Json& row, const char* key, size_t index) {
  const auto found = row.find(key);
  if (found == row.end()) throw UsageError(fmt::format("rows[{}] has no '{}'", index, key));
  if (!found->is_number()) throw UsageError(fmt::format("rows[{}].{} is not a number", index, key));
  return found->get<double>();
}

struct ProfileRow {
  double u;
  ProfiledPoint point;
};

std::vector<ProfileRow> read_rows(const Json& json) {
  if (!json.is_object() || !json.contains("rows") || !json["rows"].is_array())
    throw UsageError("it has no list 'rows' (expected: {\"rows\": [{\"u\": 1, \"p50_ms\": 1.2, \"p90_ms\": 1.3}, ...]})");
  std::vector<ProfileRow> rows;
  for (const Json& row : json["rows"]) {
    const size_t index = rows.size();
    if (!row.is_object()) throw UsageError(fmt::format("rows[{}] is not an object", index));
    ProfileRow read{number_of(row, "u", index), {number_of(row, "p50_ms", index), number_of(row, "p90_ms", index), kNoReading}};
    if (row.contains("power_mw") && !row["power_mw"].is_null()) read.point.power_mw = number_of(row, "power_mw", index);
    rows.push_back(read);
  }
  return rows;
}

/// Each row to the point of its u; every point once.
PointProfile arrange(const std::vector<ProfileRow>& rows, const std::vector<GovernedPoint>& points) {
  std::vector<double> known, given;
  for (const GovernedPoint& point : points) known.push_back(point.u);
  for (const ProfileRow& row : rows) given.push_back(row.u);
  PointProfile profile(points.size());
  std::vector<bool> filled(points.size(), false);
  for (const ProfileRow& row : rows) {
    size_t i = 0;
    while (i < points.size() && std::abs(points[i].u - row.u) > kUtilizationTolerance) ++i;
    if (i == points.size())
      throw UsageError(
          fmt::format("it is a profile of another model: u = {} is no operating point of this one (its u: {})", row.u, list_of(known)));
    if (filled[i]) throw UsageError(fmt::format("u = {} is there twice", row.u));
    filled[i] = true, profile[i] = row.point;
  }
  for (size_t i = 0; i < points.size(); ++i)
    if (!filled[i])
      throw UsageError(
          fmt::format("it has no row for u = {} (this model's u: {}; the profile's: {})", points[i].u, list_of(known), list_of(given)));
  return profile;
}

}  // namespace

void check_profile(const PointProfile& profile, size_t points) {
  if (profile.size() != points)
    throw UsageError(fmt::format("a profile of {} operating points for a network that has {}", profile.size(), points));
  for (size_t i = 0; i < points; ++i) {
    const ProfiledPoint& point = profile[i];
    if (!(point.p50_ms > 0 && point.p50_ms <= point.p90_ms && std::isfinite(point.p90_ms)))
      throw UsageError(
          fmt::format("operating point {} has p50 {} ms and p90 {} ms (allowed: 0 < p50 <= p90)", i, point.p50_ms, point.p90_ms));
    if (!std::isnan(point.power_mw) && !(point.power_mw > 0 && std::isfinite(point.power_mw)))
      throw UsageError(fmt::format("operating point {} has a power of {} mW (allowed: above 0)", i, point.power_mw));
  }
}

PointProfile read_profile(const std::filesystem::path& file, const std::vector<GovernedPoint>& points) {
  const std::string text = read_file(file, kMostProfileBytes);
  try {
    PointProfile profile = arrange(read_rows(parse_json<Json>(text)), points);
    check_profile(profile, points.size());
    return profile;
  } catch (const UsageError& error) {
    throw DataError(fmt::format("'{}' is no profile of this model: {}", file.string(), error.what()));
  }
}

double log_spread(const ProfiledPoint& point) noexcept { return std::log(point.p90_ms / point.p50_ms) / kNormal90; }

double normal_quantile(double p) noexcept {
  const auto tail = [](double q) {
    return (((((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838) * q - 2.549732539343734) * q +
             4.374664141464968) *
                q +
            2.938163982698783) /
           ((((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996) * q + 3.754408661907416) * q + 1);
  };
  constexpr double kTail = 0.02425;
  if (p < kTail) return tail(std::sqrt(-2 * std::log(p)));
  if (p > 1 - kTail) return -tail(std::sqrt(-2 * std::log(1 - p)));
  const double q = p - 0.5, r = q * q;
  return (((((-3.969683028665376e+01 * r + 2.209460984245205e+02) * r - 2.759285104469687e+02) * r + 1.383577518672690e+02) * r -
           3.066479806614716e+01) *
              r +
          2.506628277459239) *
         q /
         (((((-5.447609879822406e+01 * r + 1.615858368580409e+02) * r - 1.556989798598866e+02) * r + 6.680131188771972e+01) * r -
           1.328068155288572e+01) *
              r +
          1);
}

}  // namespace tnn
