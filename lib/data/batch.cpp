#include "data/batch.h"

namespace tnn {

std::vector<int64_t> InputArray::strides() const {
  std::vector<int64_t> strides(shape.size());
  int64_t step = 1;
  const auto put = [&](size_t dimension) {
    strides[dimension] = step;
    step *= shape[dimension];
  };
  if (channels_last) put(1);
  for (size_t dimension = shape.size(); dimension-- > 0;)
    if (dimension != 1 || !channels_last) put(dimension);
  return strides;
}

}  // namespace tnn
