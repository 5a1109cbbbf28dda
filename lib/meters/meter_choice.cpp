#include "meters/meter_choice.h"

#include <fmt/format.h>

#include "core/name_table.h"
#include "meters/battery.h"
#include "meters/ina3221.h"
#include "meters/nvml.h"
#include "meters/rapl.h"
#include "meters/recorded_power.h"

namespace tnn {
namespace {

enum class Kind { automatic, ina3221, nvml, rapl, battery, none, csv };
constexpr NamedValue<Kind> kKinds[] = {{"auto", Kind::automatic},  {"ina3221", Kind::ina3221}, {"nvml", Kind::nvml}, {"rapl", Kind::rapl},
                                       {"battery", Kind::battery}, {"csv=FILE", Kind::csv},    {"none", Kind::none}};
constexpr const char* kCsvPrefix = "csv=";

std::unique_ptr<Meter> open_kind(Kind kind, const std::filesystem::path& root) {
  switch (kind) {
    case Kind::ina3221:
      return open_ina3221(root);
    case Kind::nvml:
      return open_nvml();
    case Kind::rapl:
      return open_rapl(root);
    case Kind::battery:
      return open_battery(root);
    case Kind::automatic:
    case Kind::csv:
    case Kind::none:
      break;
  }
  return nullptr;
}

MeterChoice first_there(const MeterRequest& request) {
  MeterChoice choice;
  for (const Kind kind : {Kind::ina3221, Kind::nvml, Kind::rapl, Kind::battery}) {
    if (kind == Kind::nvml && !request.gpu) continue;
    try {
      choice.meter = open_kind(kind, request.root);
      return choice;
    } catch (const NoMeter& absent) {
      choice.reasons.push_back(absent.what());
    }
  }
  return choice;
}

}  // namespace

std::filesystem::path recording_of(const MeterRequest& request) {
  const std::string prefix = kCsvPrefix;
  return request.meter.rfind(prefix, 0) == 0 ? request.meter.substr(prefix.size()) : "";
}

MeterChoice open_meter(const MeterRequest& request) {
  std::error_code fault;
  if (!std::filesystem::is_directory(request.root, fault))
    throw UsageError(fmt::format("--sysfs-root: there is no folder '{}'", request.root.string()));
  if (const auto file = recording_of(request); !file.empty()) return {open_recorded_power(file), {}};
  if (request.meter == kCsvPrefix) throw UsageError("--meter csv=FILE: no file is named");
  const Kind kind = value_from_name(kKinds, "meter", request.meter);
  if (kind == Kind::csv) throw UsageError("--meter csv=FILE: name a file in place of FILE");
  if (kind == Kind::automatic) return first_there(request);
  return {open_kind(kind, request.root), {}};
}

}  // namespace tnn
