#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "graph/node.h"

namespace tnn::reference {

/// One active channel of an operand or a result, of one input: its numbers at all positions, and which channel it is at full width.
template <typename Number>
struct PlaneOf {
  Number* data = nullptr;
  int64_t channel = 0;
};
using Plane = PlaneOf<const float>;
using OutputPlane = PlaneOf<float>;
using Planes = std::vector<Plane>;
using OutputPlanes = std::vector<OutputPlane>;

using Coordinates = std::array<int64_t, 3>;

/// A spatial extent as three dimensions; a missing one is 1.
struct Grid {
  std::array<int64_t, 3> size{1, 1, 1};
  int64_t positions() const { return size[0] * size[1] * size[2]; }
  int64_t position(int64_t a, int64_t b, int64_t c) const { return (a * size[1] + b) * size[2] + c; }
};
Grid grid_of(const std::vector<int64_t>& extent);

/// How many times an upsampling by `factor` repeats positions in each of three dimensions; 1 in missing ones (grid_of()).
Coordinates upsampling_scale(int64_t factor, size_t dimensions);

/// A window as three dimensions; a missing one is a single tap.
struct Taps {
  std::array<int64_t, 3> kernel{1, 1, 1}, stride{1, 1, 1}, padding{0, 0, 0}, dilation{1, 1, 1};
  int64_t count() const { return kernel[0] * kernel[1] * kernel[2]; }
};
Taps taps_of(const Window& window);

/// Calls visit(tap index, input position) for the taps of an output position that lie inside the input.
template <typename Visit>
void for_each_tap(const Taps& taps, const Grid& input, const Coordinates& output, Visit visit) {
  Coordinates at{};
  const auto inside = [&](size_t d, int64_t k) {
    at[d] = output[d] * taps.stride[d] - taps.padding[d] + k * taps.dilation[d];
    return at[d] >= 0 && at[d] < input.size[d];
  };
  int64_t tap = 0;
  for (int64_t a = 0; a < taps.kernel[0]; ++a)
    for (int64_t b = 0; b < taps.kernel[1]; ++b)
      for (int64_t c = 0; c < taps.kernel[2]; ++c, ++tap)
        if (inside(0, a) && inside(1, b) && inside(2, c)) visit(tap, input.position(at[0], at[1], at[2]));
}

/// Calls visit(position index, {a, b, c}) for all positions of a grid.
template <typename Visit>
void for_each_position(const Grid& grid, Visit visit) {
  for (int64_t a = 0; a < grid.size[0]; ++a)
    for (int64_t b = 0; b < grid.size[1]; ++b)
      for (int64_t c = 0; c < grid.size[2]; ++c) visit(grid.position(a, b, c), Coordinates{a, b, c});
}

}  // namespace tnn::reference
