#include "distributed/batch_share.h"

#include <algorithm>
#include <numeric>

namespace tnn {

BatchShare BatchShare::whole(int64_t size) {
  BatchShare share{size, std::vector<int64_t>(static_cast<size_t>(size)), 0};
  std::iota(share.positions.begin(), share.positions.end(), int64_t{0});
  return share;
}

BatchShare BatchShare::of_present(const std::vector<double>& present, const std::vector<int64_t>& own, int rank) {
  std::vector<int64_t> position(present.size());
  int64_t count = 0;
  for (size_t place = 0; place < present.size(); ++place) {
    position[place] = count;
    if (present[place] > 0) ++count;
  }
  BatchShare share{count, {}, rank};
  for (const int64_t place : own) share.positions.push_back(position[static_cast<size_t>(place)]);
  return share;
}

std::pair<int64_t, int64_t> BatchShare::within(int64_t begin, int64_t end) const {
  const auto first = std::lower_bound(positions.begin(), positions.end(), begin);
  const auto last = std::lower_bound(first, positions.end(), end);
  return {first - positions.begin(), last - positions.begin()};
}

}  // namespace tnn
