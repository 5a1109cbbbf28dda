#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "export/onnx_layers.h"

namespace tnn {
namespace {

/// Padding of a pooling window at the end of one dimension: what the last window needs, since ONNX rounds the extent up by another rule.
int64_t end_padding(int64_t input, int64_t output, int64_t kernel, int64_t stride, int64_t padding) {
  return std::max<int64_t>(0, (output - 1) * stride + kernel - input - padding);
}

/// For one dimension, the kernel over the positions of each window that LibTorch's average counts: its padding counts, what lies beyond
/// that for rounding up does not.
std::vector<double> average_factors(int64_t input, int64_t output, int64_t kernel, int64_t stride, int64_t padding) {
  std::vector<double> factors;
  for (int64_t i = 0; i < output; ++i) {
    const int64_t begin = i * stride - padding, end = std::min(begin + kernel, input + padding);
    factors.push_back(static_cast<double>(kernel) / static_cast<double>(end - begin));
  }
  return factors;
}

/// The product of factors of every dimension, for every position.
std::vector<float> outer_product(const std::vector<std::vector<double>>& factors) {
  std::vector<double> product{1};
  for (const auto& dimension : factors) {
    std::vector<double> next;
    for (const double before : product)
      for (const double factor : dimension) next.push_back(before * factor);
    product = std::move(next);
  }
  return {product.begin(), product.end()};
}

}  // namespace

std::string OnnxLayers::pool(const Node& node, const Pool& options, const std::string& x) {
  const Window& w = options.window;
  const auto& input = graph_.input_shape(node).extent;
  const auto& output = node.shape.extent;
  std::vector<int64_t> pads = w.padding;
  std::vector<std::vector<double>> factors;
  for (size_t i = 0; i < w.kernel.size(); ++i) {
    pads.push_back(end_padding(input[i], output[i], w.kernel[i], w.stride[i], w.padding[i]));
    factors.push_back(average_factors(input[i], output[i], w.kernel[i], w.stride[i], w.padding[i]));
  }
  OnnxWriter::Attributes attributes{{"kernel_shape", w.kernel}, {"strides", w.stride}, {"pads", pads}};
  if (options.kind == PoolKind::max) return writer_.emit("MaxPool", node.name, {x}, attributes);
  attributes["count_include_pad"] = int64_t{1};
  const std::vector<float> product = outer_product(factors);
  if (std::all_of(product.begin(), product.end(), [](float factor) { return factor == 1; }))
    return writer_.emit("AveragePool", node.name, {x}, attributes);
  std::vector<int64_t> shape{1, 1};
  shape.insert(shape.end(), output.begin(), output.end());
  const std::string average = writer_.emit("AveragePool", node.name + ".window", {x}, attributes);
  return writer_.emit("Mul", node.name, {average, writer_.constant(node.name + ".factor", shape, product)});
}

/// ONNX fixes the number of groups in the file: where it varies with the operating point, a tree of If chooses the convolution with the
/// right one; the weights are stored once.
std::string OnnxLayers::grouped_convolution(const Node& node, const std::vector<std::string>& inputs,
                                            const OnnxWriter::Attributes& attributes, const std::vector<int64_t>& groups) {
  std::vector<int64_t> distinct = groups.empty() ? std::vector<int64_t>{1} : groups;
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  const auto convolution_of = [&](int64_t count, const std::string& name) {
    OnnxWriter::Attributes with_groups = attributes;
    with_groups["group"] = count;
    return writer_.emit("Conv", name, inputs, with_groups);
  };
  if (distinct.size() == 1) return convolution_of(distinct.front(), node.name);
  std::vector<int64_t> per_point;
  const auto& options = std::get<Convolution>(node.operation);
  for (size_t i = 0; i < point_.count(); ++i)
    per_point.push_back(options.groups * count_channels(active_channels(graph_, node.shape, point_.configuration(i))) /
                        graph_.channels(node.shape));
  const std::string count = point_.pick("tnn.groups", per_point);
  const std::function<std::string(size_t, size_t, const std::string&)> choose = [&](size_t begin, size_t end, const std::string& name) {
    if (end - begin == 1) return convolution_of(distinct[begin], fmt::format("{}.groups{}", node.name, distinct[begin]));
    const size_t middle = (begin + end) / 2;
    const std::string fewer = writer_.emit("Less", name + ".fewer", {count, writer_.integers("tnn.groups.limit", {distinct[middle]})});
    const auto branch = [&](const char* suffix, size_t first, size_t last) {
      return writer_.subgraph(name + suffix, [&] { return std::vector<std::string>{choose(first, last, name + suffix)}; });
    };
    auto few = branch(".few", begin, middle), many = branch(".many", middle, end);
    const std::string output = writer_.unique(name);
    writer_.emit_if(name + ".if", fewer, std::move(few), std::move(many), {output});
    return output;
  };
  return choose(0, distinct.size(), node.name);
}

}  // namespace tnn
