#include "runtime/prefix/tuning_file.h"

#include <fmt/format.h>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/json_integer.h"
#include "core/json_text.h"

namespace tnn::prefix {
namespace {

using Json = nlohmann::ordered_json;
constexpr const char* kFormat = "tnn tuning 1";
constexpr int kMostTilings = 1000;

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& what) {
  throw DataError(fmt::format("'{}' {} (remove it, or name another file: it is made anew)", file.string(), what));
}

/// A time; null: the step cannot be done so.
Json time_to_json(double microseconds) { return microseconds < std::numeric_limits<double>::infinity() ? Json(microseconds) : Json(); }
double time_from_json(const Json& json) {
  if (json.is_null()) return std::numeric_limits<double>::infinity();
  if (!json.is_number() || json.get<double>() < 0) throw UsageError("a time is a number, at least 0");
  return json.get<double>();
}

Json step_to_json(const StepTuning& step) {
  return Json::array({time_to_json(step.wide), time_to_json(step.winograd), time_to_json(step.planar), step.tiling_rank});
}
StepTuning step_from_json(const Json& json) {
  if (!json.is_array() || json.size() != 4) throw UsageError("a step is [wide, winograd, planar, tiling]");
  const int rank = json_integer<int>(json[3]);
  if (rank < 0 || rank > kMostTilings) throw UsageError("a tiling is 0 or more");
  return {time_from_json(json[0]), time_from_json(json[1]), time_from_json(json[2]), rank};
}

/// The file's entries; none where there is no file.
Json read_entries(const std::filesystem::path& file) {
  std::error_code fault;
  if (!std::filesystem::exists(file, fault)) {
    if (fault) refuse(file, "cannot be looked at: " + fault.message());
    return Json::object();
  }
  Json json;
  try {
    json = parse_json<Json>(read_file(file));
  } catch (const UsageError& error) {
    refuse(file, std::string("is damaged: ") + error.what());
  }
  if (!json.is_object() || !json.contains("format") || json["format"] != kFormat || !json.contains("entries") ||
      !json["entries"].is_object())
    refuse(file, fmt::format("is not of the form '{}'", kFormat));
  return json["entries"];
}

}  // namespace

std::optional<Tuning> read_tuning(const std::filesystem::path& file, const TuningKey& key, size_t points_wanted, size_t steps_wanted) {
  const Json entries = read_entries(file);
  if (!entries.contains(key)) return std::nullopt;
  try {
    const Json& points = entries[key];
    if (!points.is_array()) throw UsageError("an entry is a list of operating points");
    if (!points.empty() && points.size() != points_wanted)
      throw UsageError(fmt::format("an entry has {} operating points, the model has {}", points.size(), points_wanted));
    Tuning tuning;
    for (const Json& point : points) {
      if (!point.is_array() || point.size() != steps_wanted)
        throw UsageError(fmt::format("an operating point is a list of {} steps", steps_wanted));
      tuning.points.emplace_back();
      for (const Json& step : point) tuning.points.back().push_back(step_from_json(step));
    }
    return tuning;
  } catch (const UsageError& error) {
    refuse(file, std::string("is damaged: ") + error.what());
  }
}

void check_writable(const std::filesystem::path& file) {
  const std::filesystem::path trial = file.string() + ".trial";
  write_file_atomically(trial, "");
  std::error_code ignored;
  std::filesystem::remove(trial, ignored);
}

void write_tuning(const std::filesystem::path& file, const TuningKey& key, const Tuning& tuning) {
  Json entries = read_entries(file), points = Json::array();
  for (const auto& point : tuning.points) {
    Json steps = Json::array();
    for (const StepTuning& step : point) steps.push_back(step_to_json(step));
    points.push_back(std::move(steps));
  }
  entries[key] = std::move(points);
  write_file_atomically(file, Json{{"format", kFormat}, {"entries", std::move(entries)}}.dump() + "\n");
}

}  // namespace tnn::prefix
