#include "report/metrics_log.h"

#include <fmt/format.h>

#include <cassert>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/json_text.h"

namespace tnn {
namespace {

using Json = nlohmann::ordered_json;

/// The next line of `text` with its end, which is then cut off; "" where only a half line is left.
std::string_view next_line(std::string_view& text) {
  const size_t end = text.find('\n');
  if (end == std::string_view::npos) return {};
  const std::string_view line = text.substr(0, end + 1);
  text.remove_prefix(end + 1);
  return line;
}

/// Empty where the line is damaged.
std::optional<MetricsRecord> parse(std::string_view line) try {
  const auto json = parse_json<Json>(line);
  if (!json.is_object() || !json.contains("step") || !json["step"].is_number_integer()) return std::nullopt;
  MetricsRecord record;
  for (const auto& [key, value] : json.items()) {
    if (!value.is_number() && !value.is_null()) return std::nullopt;
    const double number = value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
    if (key == "step")
      record.step = value.get<int64_t>();
    else if (key == "epoch")
      record.epoch = number;
    else
      record.figures.emplace_back(key, number);
  }
  return record;
} catch (const UsageError&) {
  return std::nullopt;
}

bool ends_in_half_line(const std::filesystem::path& path) {
  if (!std::filesystem::is_regular_file(path)) return false;
  const std::string text = read_file(path);
  return !text.empty() && text.back() != '\n';
}

/// The path, after a half line at its end was dropped.
const std::filesystem::path& mended(const std::filesystem::path& path) {
  if (ends_in_half_line(path)) {
    const std::string text = read_file(path);
    write_file_atomically(path, std::string_view(text).substr(0, text.rfind('\n') + 1));
  }
  return path;
}

}  // namespace

MetricsLog::MetricsLog(const std::filesystem::path& path) : file_(mended(path)) {}

void MetricsLog::append(int64_t step, double epoch, const std::vector<std::pair<std::string, double>>& figures) {
  Json line = {{"step", step}, {"epoch", epoch}};
  for (const auto& [name, value] : figures) {
    assert(name != "step" && name != "epoch");
    line[name] = value;
  }
  file_.append(line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
}

std::vector<MetricsRecord> MetricsLog::read(const std::filesystem::path& path) {
  const std::string bytes = read_file(path);
  std::string_view text = bytes;
  std::vector<MetricsRecord> records;
  for (std::string_view line = next_line(text); !line.empty(); line = next_line(text)) {
    auto record = parse(line);
    if (!record) throw DataError(fmt::format("{}:{}: not a line of metrics: {}", path.string(), records.size() + 1, line.substr(0, 60)));
    records.push_back(std::move(*record));
  }
  return records;
}

void MetricsLog::keep_only(const std::filesystem::path& path, const std::function<bool(const MetricsRecord&)>& belongs) {
  if (!std::filesystem::exists(path)) return;
  const std::string bytes = read_file(path);
  std::string_view text = bytes;
  std::string kept;
  for (std::string_view line = next_line(text); !line.empty(); line = next_line(text)) {
    const auto record = parse(line);
    if (record && belongs(*record)) kept += line;
  }
  if (kept != bytes) write_file_atomically(path, kept);
}

}  // namespace tnn
