#include "runtime/kernels/winograd_weights.h"

#include <algorithm>

#include "runtime/kernels/tile_choice.h"

namespace tnn::kernels {
namespace {

constexpr double kProductShare = 0.85;                   ///< of the FMA peak, that products of few inputs have
constexpr double kInputCycles = 40, kOutputCycles = 36;  ///< of a tile and 16 channels
constexpr double kFilterCycles = 45;                     ///< of an input and 16 outputs
constexpr int64_t kTransformedInputs = 128 * 1024;       ///< numbers, of a block of tiles: half of the second-level cache
constexpr int64_t kSmallestTransformingBlock = 16;

/// G g G^T of one filter.
void transform_filter(const float* g, double (&result)[kWinogradPositions]) {
  double rows[4][3];
  for (int x = 0; x < 3; ++x) {
    const double a = g[x], b = g[3 + x], c = g[6 + x];
    rows[0][x] = a;
    rows[1][x] = (a + b + c) / 2;
    rows[2][x] = (a - b + c) / 2;
    rows[3][x] = c;
  }
  for (int y = 0; y < 4; ++y) {
    const double a = rows[y][0], b = rows[y][1], c = rows[y][2];
    result[4 * y] = a;
    result[4 * y + 1] = (a + b + c) / 2;
    result[4 * y + 2] = (a - b + c) / 2;
    result[4 * y + 3] = c;
  }
}

/// Of all positions of so many tiles, by the kernel that goes through them.
double narrow_product_cycles(const KernelSet& set, int64_t tiles, int64_t inputs, int64_t outputs) {
  const auto numbers = static_cast<double>(tiles * inputs * round_up(outputs, kBlock));
  return kWinogradPositions * numbers / (kProductShare * fmas_per_cycle(set) * set.lanes);
}

/// Of all positions of so many tiles, the inputs lying in one part or several.
double product_cycles(const KernelSet& set, int64_t tiles, int64_t inputs, int64_t outputs, bool one_part) {
  if (one_part && inputs <= kNarrowWinogradInputs) return narrow_product_cycles(set, tiles, inputs, outputs);
  WideWork work;
  work.pixels = std::min(tiles, kLargestWinogradBlock);
  work.outputs = outputs;
  work.steps = inputs;
  work.segment_length = static_cast<double>(inputs);
  return kWinogradPositions * wide_cycles(set, work) * static_cast<double>(tiles) / static_cast<double>(work.pixels);
}

/// Of a tile and so many channels, which the transforms go through in vectors.
double transform_cycles(const KernelSet& set, int64_t inputs, int64_t outputs) {
  const auto blocks = [](int64_t channels) { return static_cast<double>(divide_up(channels, kBlock)); };
  return static_cast<double>(kBlock) / set.lanes * (kInputCycles * blocks(inputs) + kOutputCycles * blocks(outputs));
}

}  // namespace

WinogradWeights::WinogradWeights(const float* source, int64_t outputs, int64_t inputs, bool grouped) {
  const int64_t rows = round_up(outputs, kBlock);
  const int64_t of_output = grouped ? inputs * kWinogradPositions : inputs, of_input = grouped ? kWinogradPositions : 1;
  const int64_t of_position = grouped ? 1 : rows * inputs;
  std::vector<float> transformed(static_cast<size_t>(kWinogradPositions * rows * inputs));
  for (int64_t o = 0; o < outputs; ++o)
    for (int64_t i = 0; i < inputs; ++i) {
      double filter[kWinogradPositions];
      transform_filter(source + (o * inputs + i) * 9, filter);
      for (int p = 0; p < kWinogradPositions; ++p)
        transformed[static_cast<size_t>(o * of_output + i * of_input + p * of_position)] = static_cast<float>(filter[p]);
    }
  packed_ = grouped ? PackedWeights(transformed.data(), rows, inputs, kWinogradPositions)
                    : PackedWeights(transformed.data(), kWinogradPositions * rows, inputs, 1);
  position_stride_ = grouped ? packed_.tap_stride() : rows / kBlock * packed_.block_stride();
}

bool winograd_fits(const Window& window, const std::vector<int64_t>& extent) {
  const std::vector<int64_t> one{1, 1};
  return window.kernel == std::vector<int64_t>{3, 3} && window.stride == one && window.padding == one && window.dilation == one &&
         extent[0] % 2 == 0 && extent[1] % 2 == 0;
}

bool winograd_fits_groups(int64_t inputs_per_group, int64_t outputs_per_group) {
  return inputs_per_group == outputs_per_group && (inputs_per_group == 8 || inputs_per_group % kBlock == 0);
}

double winograd_cycles(const KernelSet& set, int64_t tiles, int64_t inputs, int64_t outputs, bool one_part) {
  return static_cast<double>(tiles) * transform_cycles(set, inputs, outputs) + product_cycles(set, tiles, inputs, outputs, one_part);
}

int64_t transforming_block_tiles(int64_t tiles, int64_t inputs) {
  const int64_t most = std::clamp(kTransformedInputs / (kWinogradPositions * inputs), kSmallestTransformingBlock, kLargestWinogradBlock);
  return divide_up(tiles, divide_up(tiles, most));
}

double transforming_winograd_cycles(const KernelSet& set, int64_t tiles, int64_t inputs, int64_t outputs) {
  const auto filters = static_cast<double>(inputs * divide_up(outputs, kBlock) * divide_up(tiles, transforming_block_tiles(tiles, inputs)));
  return static_cast<double>(tiles) * transform_cycles(set, inputs, outputs) + narrow_product_cycles(set, tiles, inputs, outputs) +
         static_cast<double>(kBlock) / set.lanes * kFilterCycles * filters;
}

double grouped_winograd_cycles(const KernelSet& set, int64_t tiles, int64_t group_size, int64_t channels) {
  const int64_t chunk = std::max<int64_t>(group_size, kBlock);
  double products = product_cycles(set, tiles, group_size, chunk, true);
  if (group_size < set.lanes && fmas_per_cycle(set) > 1) products *= set.lanes / static_cast<double>(group_size);  // half vectors
  return static_cast<double>(divide_up(channels, chunk)) * (static_cast<double>(tiles) * transform_cycles(set, chunk, chunk) + products);
}

}  // namespace tnn::kernels
