#include "gating/utilization_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/number_text.h"

namespace tnn {
namespace {

constexpr size_t kMostPoints = 10000;

double number(const std::string& text, const std::string& whole) {
  const size_t first = text.find_first_not_of(' '), last = text.find_last_not_of(' ');
  const std::string trimmed = first == std::string::npos ? "" : text.substr(first, last - first + 1);
  const std::optional<double> value = finite_number(trimmed);
  if (!value)
    throw UsageError(fmt::format(
        "utilizations '{}': '{}' is not a number (allowed: distinct, start:end:step, or a list such as 0.25,0.5,1)", whole, trimmed));
  return *value;
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> pieces;
  size_t begin = 0;
  for (size_t at; (at = text.find(separator, begin)) != std::string::npos; begin = at + 1) pieces.push_back(text.substr(begin, at - begin));
  pieces.push_back(text.substr(begin));
  return pieces;
}

std::vector<double> range(const std::string& text) {
  const auto pieces = split(text, ':');
  if (pieces.size() != 3) throw UsageError(fmt::format("utilizations '{}': a range is start:end:step", text));
  const double start = number(pieces[0], text), end = number(pieces[1], text), step = number(pieces[2], text);
  if (!(step > 0) || end < start || (end - start) / step > static_cast<double>(kMostPoints))
    throw UsageError(fmt::format("utilizations '{}': step must be above 0, end not below start, and at most {} points", text, kMostPoints));
  std::vector<double> values;
  for (int i = 0; start + i * step <= end + step * 1e-6; ++i) values.push_back(std::round(std::min(start + i * step, end) * 1e12) / 1e12);
  return values;
}

}  // namespace

std::vector<double> parse_utilizations(const std::string& text, const std::vector<OperatingPoint>& points) {
  std::vector<double> values;
  if (text == "distinct")
    for (const OperatingPoint& point : points) values.push_back(point.u);
  else if (text.find(':') != std::string::npos)
    values = range(text);
  else
    for (const std::string& piece : split(text, ',')) values.push_back(number(piece, text));
  for (const double u : values) check_utilization(u);
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

}  // namespace tnn
