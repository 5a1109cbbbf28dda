#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <set>

#include "core/error.h"
#include "core/maximum.h"
#include "export/onnx_operators.h"

namespace tnn {
namespace {

/// A window operator in three spatial dimensions; 2d nets have a first dimension of 1.
struct Sliding {
  int64_t input[3], output[3], kernel[3], stride[3], begin[3], end[3], dilation[3];

  int64_t positions(const int64_t (&sizes)[3]) const { return sizes[0] * sizes[1] * sizes[2]; }
};

int64_t product(const std::vector<int64_t>& sizes, size_t begin) {
  int64_t result = 1;
  for (size_t i = begin; i < sizes.size(); ++i) result *= sizes[i];
  return result;
}

Sliding sliding_of(const OnnxNode& node, const std::vector<int64_t>& shape, const std::vector<int64_t>& kernel) {
  const size_t rank = shape.size() - 2, skip = 3 - rank;
  const std::vector<int64_t> ones(rank, 1), zeros(2 * rank, 0);
  const auto stride = integers_attribute(node, "strides", ones), dilation = integers_attribute(node, "dilations", ones);
  const auto pads = integers_attribute(node, "pads", zeros);
  if (rank < 2 || rank > 3 || kernel.size() != rank || stride.size() != rank || dilation.size() != rank || pads.size() != 2 * rank)
    throw DataError(fmt::format("node '{}': its window does not fit its input", node.name));
  Sliding s{{1, 1, 1}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}, {0, 0, 0}, {0, 0, 0}, {1, 1, 1}};
  for (size_t i = 0; i < rank; ++i) {
    const size_t d = i + skip;
    s.input[d] = shape[i + 2], s.kernel[d] = kernel[i], s.stride[d] = stride[i], s.dilation[d] = dilation[i];
    s.begin[d] = pads[i], s.end[d] = pads[i + rank];
    const int64_t reach = s.dilation[d] * (s.kernel[d] - 1) + 1;
    s.output[d] = (s.input[d] + s.begin[d] + s.end[d] - reach) / s.stride[d] + 1;
  }
  return s;
}

std::vector<int64_t> output_shape(const Sliding& s, const std::vector<int64_t>& input, int64_t channels) {
  std::vector<int64_t> shape{input[0], channels};
  for (size_t i = input.size() == 5 ? 0 : 1; i < 3; ++i) shape.push_back(s.output[i]);
  return shape;
}

/// A row of the output that one kernel element reaches: columns [first, last), from `input` + column x stride.
struct Row {
  int64_t output, input, kernel, first, last;
};

/// All rows of one plane that fall into the input.
std::vector<Row> rows_of(const Sliding& s) {
  std::vector<Row> rows;
  int64_t k = 0;
  for (int64_t a = 0; a < s.kernel[0]; ++a)
    for (int64_t b = 0; b < s.kernel[1]; ++b)
      for (int64_t c = 0; c < s.kernel[2]; ++c, ++k) {
        const int64_t shift = c * s.dilation[2] - s.begin[2], room = s.input[2] - 1 - shift;
        const int64_t first = shift >= 0 ? 0 : (-shift + s.stride[2] - 1) / s.stride[2];
        const int64_t last = std::min(s.output[2], room < 0 ? 0 : room / s.stride[2] + 1);
        for (int64_t z = 0; z < s.output[0]; ++z)
          for (int64_t y = 0; y < s.output[1]; ++y) {
            const int64_t iz = z * s.stride[0] - s.begin[0] + a * s.dilation[0], iy = y * s.stride[1] - s.begin[1] + b * s.dilation[1];
            if (iz < 0 || iz >= s.input[0] || iy < 0 || iy >= s.input[1] || first >= last) continue;
            rows.push_back({(z * s.output[1] + y) * s.output[2], (iz * s.input[1] + iy) * s.input[2] + shift, k, first, last});
          }
      }
  return rows;
}

OnnxEvaluated convolution(const OnnxNode& node, const OnnxOperands& operands) {
  const OnnxEvaluated &x = *operands.at(0), &w = *operands.at(1);
  const int64_t groups = integer_attribute(node, "group", 1);
  const Sliding s = sliding_of(node, x.shape, {w.shape.begin() + 2, w.shape.end()});
  const int64_t channels = x.shape[1], outputs = w.shape[0], per_group = w.shape[1], taps = s.positions(s.kernel);
  if (per_group * groups != channels || outputs % groups != 0)
    throw DataError(fmt::format("node '{}': a weight for {} x {} channels, the input has {}", node.name, groups, per_group, channels));
  const int64_t in_size = s.positions(s.input), out_size = s.positions(s.output);
  const std::vector<Row> rows = rows_of(s);
  std::vector<float> y(static_cast<size_t>(x.shape[0] * outputs * out_size));
  for (int64_t n = 0; n < x.shape[0]; ++n)
    for (int64_t o = 0; o < outputs; ++o) {
      float* to = y.data() + (n * outputs + o) * out_size;
      if (operands.size() > 2) std::fill(to, to + out_size, operands[2]->floats().at(static_cast<size_t>(o)));
      for (int64_t i = 0; i < per_group; ++i) {
        const int64_t channel = o / (outputs / groups) * per_group + i;
        const float* from = x.floats().data() + (n * channels + channel) * in_size;
        const float* weight = w.floats().data() + (o * per_group + i) * taps;
        for (const Row& row : rows)
          for (int64_t p = row.first; p < row.last; ++p) to[row.output + p] += weight[row.kernel] * from[row.input + p * s.stride[2]];
      }
    }
  return {output_shape(s, x.shape, outputs), std::move(y)};
}

OnnxEvaluated pool(const OnnxNode& node, const OnnxOperands& operands, bool average) {
  const OnnxEvaluated& x = *operands.at(0);
  const Sliding s = sliding_of(node, x.shape, integers_attribute(node, "kernel_shape", {}));
  if (average && integer_attribute(node, "count_include_pad", 0) != 1)
    throw DataError(fmt::format("node '{}': an average that leaves out padding is not read here", node.name));
  const int64_t in_size = s.positions(s.input), out_size = s.positions(s.output), planes = x.shape[0] * x.shape[1];
  const std::vector<Row> rows = rows_of(s);
  std::vector<float> y(static_cast<size_t>(planes * out_size), average ? 0.0f : -std::numeric_limits<float>::infinity());
  for (int64_t plane = 0; plane < planes; ++plane) {
    const float* from = x.floats().data() + plane * in_size;
    float* to = y.data() + plane * out_size;
    for (const Row& row : rows)
      for (int64_t p = row.first; p < row.last; ++p) {
        const float value = from[row.input + p * s.stride[2]];
        to[row.output + p] = average ? to[row.output + p] + value : maximum(to[row.output + p], value);
      }
    if (average)
      for (int64_t p = 0; p < out_size; ++p) to[p] /= static_cast<float>(s.positions(s.kernel));
  }
  return {output_shape(s, x.shape, x.shape[1]), std::move(y)};
}

OnnxEvaluated global_pool(const OnnxOperands& operands, bool average) {
  const OnnxEvaluated& x = *operands.at(0);
  const int64_t positions = product(x.shape, 2), planes = x.shape.at(0) * x.shape.at(1);
  std::vector<float> y;
  for (int64_t plane = 0; plane < planes; ++plane) {
    const float* from = x.floats().data() + plane * positions;
    double sum = 0;
    for (int64_t p = 0; p < positions; ++p) sum += from[p];
    y.push_back(average ? static_cast<float>(sum / static_cast<double>(positions))
                        : std::accumulate(from + 1, from + positions, *from, maximum));
  }
  std::vector<int64_t> shape(x.shape.size(), 1);
  shape[0] = x.shape[0], shape[1] = x.shape[1];
  return {shape, std::move(y)};
}

}  // namespace

bool is_window_operator(const std::string& op) {
  static const std::set<std::string> names{"Conv", "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool"};
  return names.count(op) != 0;
}

OnnxEvaluated evaluate_window(const OnnxNode& node, const OnnxOperands& operands) {
  if (node.op == "Conv") return convolution(node, operands);
  if (node.op == "MaxPool" || node.op == "AveragePool") return pool(node, operands, node.op == "AveragePool");
  return global_pool(operands, node.op == "GlobalAveragePool");
}

}  // namespace tnn
