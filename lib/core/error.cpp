#include "core/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace tnn {
namespace {

size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string nearest_name(const std::string& name, const std::vector<std::string>& candidates) {
  std::string best;
  size_t best_distance = std::max<size_t>(2, name.size() / 3) + 1;
  for (const auto& candidate : candidates) {
    const size_t distance = edit_distance(name, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string unknown_name_message(const std::string& kind, const std::string& name, const std::vector<std::string>& allowed) {
  const std::string nearest = nearest_name(name, allowed);
  constexpr size_t kMostListed = 60;
  const auto listed = static_cast<std::ptrdiff_t>(std::min(allowed.size(), kMostListed));
  return fmt::format("unknown {} '{}'{} (allowed: {}{})", kind, name, nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest),
                     fmt::join(allowed.begin(), allowed.begin() + listed, ", "),
                     allowed.size() > kMostListed ? fmt::format(", and {} more", allowed.size() - kMostListed) : "");
}

}  // namespace tnn
