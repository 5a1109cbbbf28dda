#include "emulated_gpu.h"

#include <algorithm>
#include <cmath>

#include "runtime/gpu/elements.h"

using namespace tnn;
using namespace tnn::gpu;

namespace {

template <typename Element>
void for_each_thread(int64_t threads, Element element) {
  for (int64_t i = 0; i < threads; ++i) element(i);
}

/// [rows][columns] x [outputs][columns] with a distance between rows of weights, to [rows][outputs]: what cuBLAS is asked for.
template <typename Number>
std::vector<float> product(const Number* matrix, int64_t rows, int64_t columns, const Number* weights, int64_t weight_row,
                           int64_t outputs) {
  std::vector<float> sums(static_cast<size_t>(rows * outputs));
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t o = 0; o < outputs; ++o) {
      float sum = 0;
      for (int64_t k = 0; k < columns; ++k)
        sum += static_cast<float>(matrix[r * columns + k]) * static_cast<float>(weights[o * weight_row + k]);
      sums[static_cast<size_t>(r * outputs + o)] = sum;
    }
  return sums;
}

/// In pieces of two inputs, as a GPU does where the unfolded matrix is large.
template <typename Number>
void contract(const Memory<Number>& memory, const Contraction& command, int64_t batch) {
  const int64_t columns = tap_count(command.taps) * command.width, each = command.output.positions;
  for (int64_t first = 0; first < batch; first += 2) {
    const int64_t rows = std::min<int64_t>(2, batch - first) * each;
    std::vector<Number> unfolded(static_cast<size_t>(command.in_place ? 0 : rows * columns));
    for_each_thread(static_cast<int64_t>(unfolded.size()), [&](int64_t i) { unfold_element(memory, command, first, unfolded.data(), i); });
    const Number* matrix = command.in_place ? memory.arena + command.input.first.offset + first * each * columns : unfolded.data();
    const auto sums = product(matrix, rows, columns, memory.weights + command.weights, command.row, command.output.stride);
    for_each_thread(static_cast<int64_t>(sums.size()), [&](int64_t i) { finish_element(memory, command, first, sums.data(), i); });
  }
}

/// A warp a row.
template <typename Number>
void normalize(const Memory<Number>& memory, const LayerNormalization& command, int64_t batch) {
  constexpr int kLanes = 32;
  const auto channels = static_cast<float>(command.output.channels);
  for_each_thread(batch * command.output.positions, [&](int64_t row) {
    float sum = 0, squares = 0;
    for (int lane = 0; lane < kLanes; ++lane) sum += row_sum(memory, command, row, lane, kLanes);
    for (int lane = 0; lane < kLanes; ++lane) squares += row_squares(memory, command, row, sum / channels, lane, kLanes);
    for (int lane = 0; lane < kLanes; ++lane) store_row(memory, command, row, sum / channels, squares / channels, lane, kLanes);
  });
}

}  // namespace

template <typename Number>
EmulatedGpu<Number>::EmulatedGpu(const LoweredModel& model, int64_t batch_limit)
    : packed_(pack_weights(model)), program_(build_program(model, packed_, batch_limit, sizeof(Number))) {
  for (const float x : packed_.weights) weights_.push_back(static_cast<Number>(x));
  // What is read without having been written shows.
  arena_.assign(static_cast<size_t>(program_.arena_elements), static_cast<Number>(std::nanf("")));
}

template <typename Number>
std::vector<std::vector<float>> EmulatedGpu<Number>::run(const std::vector<float>& input, int64_t batch, size_t point) {
  const Memory<Number> memory{arena_.data(), program_.sources.data(), weights_.data(), packed_.group_rows.data(), packed_.affine.data()};
  std::vector<std::vector<float>> outputs;
  for (const int64_t elements : program_.output_elements) outputs.emplace_back(static_cast<size_t>(batch * elements), -1.0f);
  const auto each = [&](const Image& image, auto element) { for_each_thread(output_elements(image, batch), element); };
  const Match run_command{[&](const Import& c) { each(c.output, [&](int64_t i) { import_element(memory, c, input.data(), i); }); },
                          [&](const Contraction& c) { contract(memory, c, batch); },
                          [&](const GroupedConvolution& c) { each(c.output, [&](int64_t i) { grouped_element(memory, c, i); }); },
                          [&](const Pointwise& c) { each(c.output, [&](int64_t i) { pointwise_element(memory, c, i); }); },
                          [&](const LayerNormalization& c) { normalize(memory, c, batch); },
                          [&](const Pooling& c) { each(c.output, [&](int64_t i) { pooling_element(memory, c, i); }); },
                          [&](const GlobalPooling& c) { each(c.output, [&](int64_t i) { global_pooling_element(memory, c, i); }); },
                          [&](const Export& c) {
                            std::vector<float>& output = outputs[static_cast<size_t>(c.output)];
                            for_each_thread(static_cast<int64_t>(output.size()),
                                            [&](int64_t i) { export_element(memory, c, output.data(), i); });
                          }};
  for (const Command& command : program_.points[point].commands) std::visit(run_command, command);
  return outputs;
}

template class EmulatedGpu<float>;
template class EmulatedGpu<EmulatedHalf>;
template class EmulatedGpu<EmulatedBfloat16>;
