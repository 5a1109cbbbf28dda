#include "pipelines/bench_files.h"

#include <fmt/format.h>

#include "core/atomic_file.h"
#include "core/json_text.h"
#include "core/printable.h"
#include "core/read_file.h"
#include "core/version.h"
#include "meters/bench_json.h"

namespace tnn {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFormat = "tnn benchmark";

Json rows_json(const std::vector<BenchRow>& rows, bool compared) {
  Json list = Json::array();
  for (const BenchRow& row : rows)
    if (row.label.compared == compared) list.push_back(bench_row_json(row));
  return list;
}

}  // namespace

std::vector<PointMeasurement> BenchFile::finished() const {
  std::error_code fault;
  if (!std::filesystem::exists(path(), fault)) return {};
  std::vector<PointMeasurement> measurements;
  Json json;
  try {
    json = parse_json<Json>(read_file(path()));
    if (json.at("format").get<std::string>() != kFormat) throw UsageError("its format is another");
    for (const Json& one : json.at("measurements")) measurements.push_back(measurement_from_json(one));
    json = json.at("identity");
  } catch (const UsageError& error) {
    throw DataError(fmt::format("--resume: '{}' is no benchmark: {}", path().string(), error.what()));
  } catch (const nlohmann::json::exception& error) {
    throw DataError(fmt::format("--resume: '{}' is no benchmark: {}", path().string(), json_fault(error)));
  }
  for (const auto& [key, value] : identity_.items())
    if (!json.contains(key) || json.at(key) != value)
      throw UsageError(fmt::format("--resume: '{}' is of another benchmark: its {} is {}, not {} (without --resume it is replaced)",
                                   path().string(), key, json.contains(key) ? printable_beginning(json.at(key).dump(), 60) : "not there",
                                   printable_beginning(value.dump(), 60)));
  return measurements;
}

void BenchFile::write(const std::vector<BenchRow>& rows, const std::vector<std::string>& statements, const Json& environment,
                      const std::vector<PointMeasurement>& measurements, bool complete) const {
  Json json{{"format", kFormat}, {"format_version", 1}, {"version", version()}, {"complete", complete}};
  json["rows"] = rows_json(rows, false);
  if (Json compared = rows_json(rows, true); !compared.empty()) json["compared"] = std::move(compared);
  json["statements"] = statements;
  json["environment"] = environment;
  json["identity"] = identity_;
  json["measurements"] = Json::array();
  for (const PointMeasurement& measurement : measurements) json["measurements"].push_back(measurement_json(measurement));
  create_folder(folder_);
  write_file_atomically(path(), json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace tnn
