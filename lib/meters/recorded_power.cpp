#include "meters/recorded_power.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/error.h"
#include "core/printable.h"
#include "core/read_file.h"

namespace tnn {
namespace {

constexpr size_t kMostBytes = size_t{256} << 20;

[[noreturn]] void refuse(const std::filesystem::path& file, size_t line, const std::string& what) {
  throw DataError(
      fmt::format("'{}', line {}: {} (allowed: a header time_s,RAIL,... and lines of as many numbers)", file.string(), line, what));
}

std::vector<std::string> header_names(const std::filesystem::path& file, const std::string& line) {
  std::vector<std::string> names;
  std::istringstream cells(line);
  for (std::string name; std::getline(cells, name, ',');) {
    const std::string unit = "_mw";
    if (name.size() > unit.size() && name.compare(name.size() - unit.size(), unit.size(), unit) == 0)
      name.resize(name.size() - unit.size());
    names.push_back(name);
  }
  if (names.size() < 2 || names.front() != "time_s") refuse(file, 1, fmt::format("the header is '{}'", printable_beginning(line, 60)));
  names.erase(names.begin());
  return names;
}

/// The numbers of a line: what stands between the commas is JSON's numbers.
std::vector<double> line_numbers(const std::filesystem::path& file, size_t number, const std::string& line) {
  const auto cells = nlohmann::json::parse("[" + line + "]", nullptr, false);
  std::vector<double> values;
  if (cells.is_array())
    for (const auto& cell : cells)
      if (cell.is_number()) values.push_back(cell.get<double>());
  const bool finite = std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); });
  if (!cells.is_array() || values.size() != cells.size() || !finite)
    refuse(file, number, fmt::format("'{}' are not numbers", printable_beginning(line, 60)));
  return values;
}

class RecordedPower : public Meter {
 public:
  explicit RecordedPower(const std::filesystem::path& file)
      : name_("recorded in '" + file.string() + "'"), recording_(read_power_recording(file)) {
    const bool total = std::find(recording_.names.begin(), recording_.names.end(), "total") != recording_.names.end();
    for (const std::string& name : recording_.names) rails_.push_back({name, !total || name == "total"});
  }

  std::string name() const override { return name_; }
  const std::vector<Rail>& rails() const override { return rails_; }
  double shortest_window() const override { return 0; }
  const std::vector<std::string>& notes() const override { return notes_; }
  void read(double seconds, std::vector<RailReading>& readings) override {
    if (!start_) start_ = seconds;
    const auto& times = recording_.seconds;
    const double at = seconds - *start_ + times.front();
    readings.assign(rails_.size(), {});
    if (at > times.back() || at < times.front()) {
      for (RailReading& reading : readings) reading.fault = fmt::format("the recording ends after {} s", times.back() - times.front());
      return;
    }
    const auto after = static_cast<size_t>(std::upper_bound(times.begin(), times.end(), at) - times.begin());
    const size_t high = std::min(after, times.size() - 1), low = high == 0 ? 0 : high - 1;
    const double share = high == low ? 0 : (at - times[low]) / (times[high] - times[low]);
    for (size_t i = 0; i < rails_.size(); ++i)
      readings[i].value = recording_.milliwatts[low][i] + share * (recording_.milliwatts[high][i] - recording_.milliwatts[low][i]);
  }

 private:
  std::string name_;
  PowerRecording recording_;
  std::vector<Rail> rails_;
  std::vector<std::string> notes_;
  std::optional<double> start_;
};

}  // namespace

PowerRecording read_power_recording(const std::filesystem::path& file) {
  PowerRecording recording;
  std::istringstream lines(read_file(file, kMostBytes));
  size_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (number == 1) {
      recording.names = header_names(file, line);
      continue;
    }
    if (line.empty()) continue;
    std::vector<double> values = line_numbers(file, number, line);
    if (values.size() != recording.names.size() + 1)
      refuse(file, number, fmt::format("{} numbers, where the header has {}", values.size(), recording.names.size() + 1));
    if (!recording.seconds.empty() && values.front() <= recording.seconds.back())
      refuse(file, number, fmt::format("the time {} s does not come after {} s", values.front(), recording.seconds.back()));
    recording.seconds.push_back(values.front());
    values.erase(values.begin());
    recording.milliwatts.push_back(std::move(values));
  }
  if (recording.seconds.size() < 2) refuse(file, number, "fewer than two moments");
  return recording;
}

std::unique_ptr<Meter> open_recorded_power(const std::filesystem::path& file) { return std::make_unique<RecordedPower>(file); }

}  // namespace tnn
