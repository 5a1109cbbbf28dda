#include "meters/plateau.h"

#include <algorithm>

namespace tnn {

bool PlateauTest::reached() const {
  if (medians_.size() < kBlocks) return false;
  const auto first = medians_.end() - static_cast<std::ptrdiff_t>(kBlocks);
  const auto [least, most] = std::minmax_element(first, medians_.end());
  double sum = 0;
  for (auto median = first; median != medians_.end(); ++median) sum += *median;
  return *most - *least <= kSpread * sum / static_cast<double>(kBlocks);
}

}  // namespace tnn
