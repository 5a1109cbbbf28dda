#include "pipelines/load_schedule.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <locale>
#include <map>
#include <sstream>

#include "core/error.h"
#include "core/name_table.h"
#include "core/printable.h"
#include "core/read_file.h"

namespace tnn {
namespace {

constexpr size_t kMostBytes = 256 << 20;
constexpr double kMostThreads = 1024;
constexpr int kRampSteps = 200;

enum class Synthetic { none, step, ramp, spikes };
constexpr NamedValue<Synthetic> kSynthetic[] = {
    {"none", Synthetic::none}, {"step", Synthetic::step}, {"ramp", Synthetic::ramp}, {"spikes", Synthetic::spikes}};

struct Column {
  double LoadRow::*field;
  double low, high;
};
const std::map<std::string, Column>& columns() {
  static const std::map<std::string, Column> all{{"time_s", {&LoadRow::time_s, 0, 1e9}},
                                                 {"busy_threads", {&LoadRow::busy_threads, 0, kMostThreads}},
                                                 {"load", {&LoadRow::busy_threads, 0, kMostThreads}},
                                                 {"temperature_c", {&LoadRow::temperature_c, -100, 250}},
                                                 {"power_mw", {&LoadRow::power_mw, 0, 1e9}},
                                                 {"battery", {&LoadRow::battery, 0, 1}}};
  return all;
}
constexpr const char* kAllowed = "time_s, one of busy_threads and load, and temperature_c, power_mw, battery where they are known";

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream stream(line);
  for (std::string cell; std::getline(stream, cell, ',');) cells.push_back(cell);
  if (!line.empty() && line.back() == ',') cells.emplace_back();
  return cells;
}

/// Reads a trace line by line; complaints carry file:line.
class TraceReader {
 public:
  TraceReader(const std::filesystem::path& file, int processors)
      : name_(file.string()), text_(read_file(file, kMostBytes)), processors_(processors) {}

  std::vector<LoadRow> read() {
    std::vector<LoadRow> rows;
    std::istringstream lines(text_);
    for (std::string line; std::getline(lines, line);) {
      ++line_;
      if (!line.empty() && line.back() == '\r') line.pop_back();
      if (line.empty()) continue;
      if (header_.empty()) {
        read_header(line);
        continue;
      }
      rows.push_back(read_row(line));
      if (rows.size() > 1 && !(rows[rows.size() - 2].time_s < rows.back().time_s)) fail("time_s does not rise");
    }
    if (rows.empty())
      throw DataError(fmt::format("'{}' has no rows (expected: a header line with {}; then a line for each time)", name_, kAllowed));
    return rows;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { throw DataError(fmt::format("{}:{}: {}", name_, line_, what)); }

  void read_header(const std::string& line) {
    for (const std::string& name : cells_of(line)) {
      if (columns().count(name) == 0) fail(fmt::format("unknown column '{}' (allowed: {})", printable_beginning(name, 40), kAllowed));
      if (std::find(header_.begin(), header_.end(), name) != header_.end()) fail(fmt::format("column '{}' is there twice", name));
      header_.push_back(name);
    }
    const auto has = [this](const char* name) { return std::find(header_.begin(), header_.end(), name) != header_.end(); };
    if (!has("time_s") || has("busy_threads") == has("load")) fail(fmt::format("the columns must be {}", kAllowed));
  }

  LoadRow read_row(const std::string& line) const {
    const std::vector<std::string> cells = cells_of(line);
    if (cells.size() != header_.size()) fail(fmt::format("{} values for {} columns", cells.size(), header_.size()));
    LoadRow row;
    for (size_t i = 0; i < cells.size(); ++i) {
      const Column& column = columns().at(header_[i]);
      if (cells[i].empty() && std::isnan(LoadRow().*column.field)) continue;
      row.*column.field = number(cells[i], header_[i], column) * (header_[i] == "load" ? processors_ : 1);
    }
    return row;
  }

  double number(const std::string& cell, const std::string& name, const Column& column) const {
    std::istringstream stream(cell);
    stream.imbue(std::locale::classic());
    double value = std::numeric_limits<double>::quiet_NaN();
    stream >> value;
    if (!stream || !(stream >> std::ws).eof() || !(value >= column.low && value <= column.high))
      fail(fmt::format("{} is '{}' (allowed: a number from {} to {})", name, printable_beginning(cell, 40), column.low, column.high));
    return value;
  }

  std::string name_, text_;
  int processors_;
  int64_t line_ = 0;
  std::vector<std::string> header_;
};

}  // namespace

std::vector<std::string> synthetic_load_names() {
  std::vector<std::string> names;
  for (const auto& row : kSynthetic) names.emplace_back(row.name);
  return names;
}

LoadSchedule LoadSchedule::synthetic(const std::string& name, double seconds, int processors) {
  const double all = processors;
  std::vector<LoadRow> rows{{}};
  switch (value_from_name(kSynthetic, "synthetic load", name)) {
    case Synthetic::none:
      break;
    case Synthetic::step:
      rows.push_back({seconds / 3, all});
      rows.push_back({2 * seconds / 3, 0});
      break;
    case Synthetic::ramp:
      for (int i = 1; i < kRampSteps; ++i) rows.push_back({seconds * i / kRampSteps, all * i / (kRampSteps - 1)});
      break;
    case Synthetic::spikes:
      for (int i = 0; i < 10; ++i) {
        rows.push_back({seconds * (i + 0.75) / 10, all});
        rows.push_back({seconds * (i + 1) / 10, 0});
      }
  }
  return LoadSchedule(std::move(rows));
}

LoadSchedule LoadSchedule::read(const std::filesystem::path& file, int processors) {
  return LoadSchedule(TraceReader(file, processors).read());
}

const LoadRow& LoadSchedule::at(double time_s) const {
  const auto later =
      std::upper_bound(rows_.begin(), rows_.end(), time_s, [](double time, const LoadRow& row) { return time < row.time_s; });
  return later == rows_.begin() ? rows_.front() : *(later - 1);
}

double LoadSchedule::most_busy_threads() const {
  return std::max_element(rows_.begin(), rows_.end(), [](const auto& a, const auto& b) { return a.busy_threads < b.busy_threads; })
      ->busy_threads;
}

bool LoadSchedule::tells(double LoadRow::*field) const {
  return std::any_of(rows_.begin(), rows_.end(), [field](const LoadRow& row) { return !std::isnan(row.*field); });
}

}  // namespace tnn
