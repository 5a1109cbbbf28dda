#include "pipelines/study_plan.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <set>

#include "core/error.h"

namespace tnn {
namespace {

constexpr int64_t kMostSeeds = 10000;

int64_t number_of(const std::string& text, const std::string& whole) {
  int64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || fault != std::errc() || end != text.data() + text.size() || number < 0)
    throw UsageError(fmt::format("--seeds {}: '{}' is no number (allowed: 1-3, or 1,4,7)", whole, text));
  return number;
}

std::string trimmed(const std::string& text) {
  const size_t begin = text.find_first_not_of(' '), end = text.find_last_not_of(' ');
  return begin == std::string::npos ? "" : text.substr(begin, end - begin + 1);
}

/// Cut at commas that are outside brackets and quotes.
std::vector<std::string> listed(const std::string& text) {
  std::vector<std::string> items(1);
  int depth = 0;
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (!quoted && (c == '[' || c == '{')) ++depth;
    if (!quoted && (c == ']' || c == '}')) --depth;
    if (c == ',' && depth == 0 && !quoted)
      items.emplace_back();
    else
      items.back() += c;
  }
  for (std::string& item : items) item = trimmed(item);
  return items;
}

/// "u_prior" of "training.u_prior".
std::string short_name(const std::string& key) { return key.substr(key.rfind('.') + 1); }

/// A value as part of a folder's name.
std::string for_folder(const std::string& text) {
  std::string name;
  for (const char c : text)
    name += std::isalnum(static_cast<unsigned char>(c)) || std::string("._-+=,").find(c) != std::string::npos ? c : '_';
  return name;
}

}  // namespace

GridKey parse_grid_key(const std::string& text) {
  const size_t equals = text.find('=');
  const std::string values = equals == std::string::npos ? "" : trimmed(text.substr(equals + 1));
  if (equals == 0 || values.size() < 3 || values.front() != '[' || values.back() != ']')
    throw UsageError(fmt::format("--set-grid '{}' (allowed: KEY=[A,B,...], such as training.u_prior=[uniform,chunks])", text));
  GridKey key{trimmed(text.substr(0, equals)), listed(values.substr(1, values.size() - 2))};
  if (std::any_of(key.values.begin(), key.values.end(), [](const std::string& value) { return value.empty(); }))
    throw UsageError(fmt::format("--set-grid '{}': a value is empty", text));
  if (std::set<std::string>(key.values.begin(), key.values.end()).size() < key.values.size())
    throw UsageError(fmt::format("--set-grid '{}': a value comes twice", text));
  return key;
}

std::vector<int64_t> parse_seeds(const std::string& text) {
  std::set<int64_t> seeds;
  for (const std::string& item : listed(text)) {
    const size_t dash = item.find('-');
    const int64_t first = number_of(item.substr(0, dash), text);
    const int64_t last = dash == std::string::npos ? first : number_of(item.substr(dash + 1), text);
    if (last < first || last - first >= kMostSeeds)
      throw UsageError(fmt::format("--seeds {}: '{}' (allowed: rising, at most {} of them)", text, item, kMostSeeds));
    for (int64_t seed = first; seed <= last; ++seed) seeds.insert(seed);
  }
  return {seeds.begin(), seeds.end()};
}

std::string setting_name(const std::vector<GridKey>& grid, const std::vector<std::string>& values) {
  std::vector<std::string> parts;
  for (size_t i = 0; i < grid.size(); ++i) parts.push_back(short_name(grid[i].key) + "=" + values[i]);
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::vector<StudyRun> study_runs(const std::vector<GridKey>& grid, const std::vector<int64_t>& seeds) {
  std::vector<std::vector<std::string>> combinations(1);
  for (const GridKey& key : grid) {
    std::vector<std::vector<std::string>> longer;
    for (const auto& before : combinations)
      for (const std::string& value : key.values) {
        longer.push_back(before);
        longer.back().push_back(value);
      }
    combinations = std::move(longer);
  }
  std::vector<StudyRun> runs;
  for (const auto& values : combinations)
    for (const int64_t seed : seeds) {
      std::vector<std::string> parts;
      Recipe::Overrides overrides;
      for (size_t i = 0; i < grid.size(); ++i) {
        parts.push_back(for_folder(short_name(grid[i].key) + "=" + values[i]));
        overrides.push_back(grid[i].key + "=" + values[i]);
      }
      overrides.push_back(fmt::format("training.seed={}", seed));
      const std::filesystem::path setting = fmt::format("{}", fmt::join(parts, ","));
      runs.push_back({values, seed, setting / fmt::format("seed-{}", seed), std::move(overrides)});
    }
  return runs;
}

}  // namespace tnn
