#include "export/onnx_operators.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "core/error.h"

namespace tnn {
namespace {

using Numbers = std::vector<float>;
using Integers = std::vector<int64_t>;

[[noreturn]] void fail(const OnnxNode& node, const std::string& what) {
  throw DataError(fmt::format("node '{}' ({}): {}", node.name, node.op, what));
}

size_t index_of(int64_t value) { return static_cast<size_t>(value); }

/// Axis sizes before, at and after `axis`.
struct Split {
  int64_t outer = 1, size = 1, inner = 1;
};
Split split_at(const std::vector<int64_t>& shape, int64_t axis) {
  Split split;
  for (int64_t i = 0; i < static_cast<int64_t>(shape.size()); ++i)
    (i < axis ? split.outer : i == axis ? split.size : split.inner) *= shape[index_of(i)];
  return split;
}

/// The elements `chosen` of one axis.
OnnxEvaluated take(const OnnxEvaluated& x, int64_t axis, const Integers& chosen, const OnnxNode& node) {
  const Split split = split_at(x.shape, axis);
  for (const int64_t c : chosen)
    if (c < 0 || c >= split.size) fail(node, fmt::format("index {} of {}", c, split.size));
  OnnxEvaluated y{x.shape, {}};
  y.shape[index_of(axis)] = static_cast<int64_t>(chosen.size());
  std::visit(
      [&](const auto& from) {
        std::decay_t<decltype(from)> to;
        to.reserve(index_of(y.elements()));
        for (int64_t o = 0; o < split.outer; ++o)
          for (const int64_t c : chosen) {
            const auto begin = from.begin() + (o * split.size + c) * split.inner;
            to.insert(to.end(), begin, begin + split.inner);
          }
        y.values = std::move(to);
      },
      x.values);
  return y;
}

OnnxEvaluated gather(const OnnxNode& node, const OnnxOperands& in) {
  const int64_t axis = integer_attribute(node, "axis", 0);
  OnnxEvaluated y = take(*in.at(0), axis, in.at(1)->integers(), node);
  if (in[1]->shape.empty()) y.shape.erase(y.shape.begin() + axis);  // a scalar index takes the axis away
  return y;
}

OnnxEvaluated slice(const OnnxNode& node, const OnnxOperands& in) {
  OnnxEvaluated y = *in.at(0);
  for (size_t i = 0; i < in.at(3)->integers().size(); ++i) {
    const int64_t axis = in[3]->integers()[i], end = std::min(in.at(2)->integers().at(i), y.shape.at(index_of(axis)));
    Integers chosen;
    for (int64_t c = in.at(1)->integers().at(i); c < end; ++c) chosen.push_back(c);
    y = take(y, axis, chosen, node);
  }
  return y;
}

OnnxEvaluated concat(const OnnxNode& node, const OnnxOperands& in) {
  const int64_t axis = integer_attribute(node, "axis", 0);
  OnnxEvaluated y = *in.at(0);
  for (size_t i = 1; i < in.size(); ++i) {
    const Split a = split_at(y.shape, axis), b = split_at(in[i]->shape, axis);
    if (a.outer != b.outer || a.inner != b.inner) fail(node, "shapes differ");
    y.shape[index_of(axis)] += b.size;
    std::visit(
        [&](auto& left) {
          const auto& right = std::get<std::decay_t<decltype(left)>>(in[i]->values);
          std::decay_t<decltype(left)> joined;
          for (int64_t o = 0; o < a.outer; ++o) {
            joined.insert(joined.end(), left.begin() + o * a.size * a.inner, left.begin() + (o + 1) * a.size * a.inner);
            joined.insert(joined.end(), right.begin() + o * b.size * b.inner, right.begin() + (o + 1) * b.size * b.inner);
          }
          left = std::move(joined);
        },
        y.values);
  }
  return y;
}

template <typename Numbers, typename Function>
OnnxEvaluated combined(const OnnxNode& node, const OnnxEvaluated& a, const OnnxEvaluated& b, const Function& function) {
  const OnnxBroadcast places = broadcast_shapes(node, a, b);
  const auto &left = std::get<Numbers>(a.values), &right = std::get<Numbers>(b.values);
  std::vector<decltype(function(left.front(), right.front()))> values;
  for (size_t i = 0; i < places.left.size(); ++i)
    values.push_back(function(left[index_of(places.left[i])], right[index_of(places.right[i])]));
  return {places.shape, std::move(values)};
}

/// The same of two floats or two integers.
template <typename Function>
OnnxEvaluated combined(const OnnxNode& node, const OnnxEvaluated& a, const OnnxEvaluated& b, const Function& function) {
  return a.values.index() == 0 ? combined<Numbers>(node, a, b, function) : combined<Integers>(node, a, b, function);
}

OnnxEvaluated arithmetic(const OnnxNode& node, const OnnxOperands& in) {
  const auto with = [&](const auto& function) { return combined(node, *in.at(0), *in.at(1), function); };
  if (node.op == "Sub") return with([](auto a, auto b) { return a - b; });
  if (node.op == "Mul") return with([](auto a, auto b) { return a * b; });
  if (node.op == "Div") return combined<Numbers>(node, *in.at(0), *in.at(1), [](float a, float b) { return a / b; });
  if (node.op == "Max") return with([](auto a, auto b) { return std::max(a, b); });
  if (node.op == "Min") return with([](auto a, auto b) { return std::min(a, b); });
  OnnxEvaluated sum = *in.at(0);
  for (size_t i = 1; i < in.size(); ++i) sum = combined(node, sum, *in[i], [](auto a, auto b) { return a + b; });
  return sum;
}

OnnxEvaluated compare(const OnnxNode& node, const OnnxOperands& in) {
  const auto with = [&](const auto& function) { return combined(node, *in.at(0), *in.at(1), function); };
  if (node.op == "Less") return with([](auto a, auto b) { return int64_t{a < b}; });
  if (node.op == "Greater") return with([](auto a, auto b) { return int64_t{a > b}; });
  if (node.op == "Equal") return with([](auto a, auto b) { return int64_t{a == b}; });
  return with([](auto a, auto b) { return int64_t{a >= b}; });
}

OnnxEvaluated each(const OnnxOperands& in, const std::function<float(float)>& function) {
  OnnxEvaluated y = *in.at(0);
  for (float& value : std::get<Numbers>(y.values)) value = function(value);
  return y;
}

OnnxEvaluated activation(const OnnxNode& node, const OnnxOperands& in) {
  if (node.op == "Relu") return each(in, [](float x) { return x < 0.0f ? 0.0f : x; });
  if (node.op == "Sigmoid") return each(in, [](float x) { return static_cast<float>(1 / (1 + std::exp(-static_cast<double>(x)))); });
  const float low = in.at(1)->floats().at(0), high = in.at(2)->floats().at(0);
  return each(in, [&](float x) { return std::clamp(x, low, high); });
}

OnnxEvaluated batch_norm(const OnnxNode& node, const OnnxOperands& in) {
  OnnxEvaluated y = *in.at(0);
  const Split split = split_at(y.shape, 1);
  const auto epsilon = static_cast<double>(std::get<float>(node.attributes.at("epsilon")));
  auto& values = std::get<Numbers>(y.values);
  for (size_t i = 1; i < 5; ++i)
    if (in.at(i)->elements() != split.size) fail(node, "parameters do not fit the channels");
  for (int64_t i = 0; i < y.elements(); ++i) {
    const size_t c = index_of(i / split.inner % split.size);
    const double scale = in[1]->floats()[c] / std::sqrt(in[4]->floats()[c] + epsilon);
    values[index_of(i)] = static_cast<float>((values[index_of(i)] - in[3]->floats()[c]) * scale + in[2]->floats()[c]);
  }
  return y;
}

OnnxEvaluated gemm(const OnnxNode& node, const OnnxOperands& in) {
  const OnnxEvaluated &x = *in.at(0), &w = *in.at(1);
  if (integer_attribute(node, "transB", 0) != 1 || x.shape.at(1) != w.shape.at(1)) fail(node, "shapes differ");
  const int64_t samples = x.shape[0], inputs = x.shape[1], outputs = w.shape[0];
  Numbers y;
  for (int64_t n = 0; n < samples; ++n)
    for (int64_t o = 0; o < outputs; ++o) {
      double sum = in.size() > 2 ? in[2]->floats().at(index_of(o)) : 0.0f;
      for (int64_t i = 0; i < inputs; ++i) sum += x.floats()[index_of(n * inputs + i)] * w.floats()[index_of(o * inputs + i)];
      y.push_back(static_cast<float>(sum));
    }
  return {{samples, outputs}, std::move(y)};
}

OnnxEvaluated reshaped(OnnxEvaluated x, std::vector<int64_t> shape, const OnnxNode& node) {
  int64_t known = 1, open = -1;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == 0) shape[i] = x.shape.at(i);
    if (shape[i] == -1)
      open = static_cast<int64_t>(i);
    else
      known *= shape[i];
  }
  if (open >= 0) shape[index_of(open)] = x.elements() / known;
  const int64_t before = x.elements();
  x.shape = std::move(shape);
  if (x.elements() != before) fail(node, "elements do not fit the shape");
  return x;
}

OnnxEvaluated transpose(const OnnxNode& node, const OnnxOperands& in) {
  const OnnxEvaluated& x = *in.at(0);
  const Integers perm = integers_attribute(node, "perm", {});
  if (perm.size() != x.shape.size()) fail(node, "perm does not fit the dimensions");
  OnnxEvaluated y{{}, {}};
  Integers steps(perm.size(), 1);  // of x
  for (size_t d = perm.size(); d-- > 1;) steps[d - 1] = steps[d] * x.shape[d];
  for (const int64_t d : perm) y.shape.push_back(x.shape.at(index_of(d)));
  Numbers values;
  for (int64_t flat = 0; flat < x.elements(); ++flat) {
    int64_t rest = flat, at = 0;
    for (size_t d = perm.size(); d-- > 0;) {
      at += rest % y.shape[d] * steps[index_of(perm[d])];
      rest /= y.shape[d];
    }
    values.push_back(x.floats()[index_of(at)]);
  }
  y.values = std::move(values);
  return y;
}

/// Zeros before and behind.
OnnxEvaluated pad(const OnnxNode& node, const OnnxOperands& in) {
  OnnxEvaluated y = *in.at(0);
  const Integers& pads = in.at(1)->integers();
  if (pads.size() != 2 * y.shape.size()) fail(node, "pads do not fit the dimensions");
  for (size_t axis = 0; axis < y.shape.size(); ++axis) {
    const int64_t before = pads[axis], after = pads[axis + y.shape.size()];
    if (before < 0 || after < 0) fail(node, "negative pads are not read here");
    const Split split = split_at(y.shape, static_cast<int64_t>(axis));
    Numbers padded;
    for (int64_t o = 0; o < split.outer; ++o) {
      padded.resize(padded.size() + index_of(before * split.inner));
      const auto begin = y.floats().begin() + o * split.size * split.inner;
      padded.insert(padded.end(), begin, begin + split.size * split.inner);
      padded.resize(padded.size() + index_of(after * split.inner));
    }
    y.shape[axis] += before + after;
    y.values = std::move(padded);
  }
  return y;
}

OnnxEvaluated reduce_sum(const OnnxOperands& in) {
  int64_t sum = 0;
  for (const int64_t value : in.at(0)->integers()) sum += value;
  return {{}, Integers{sum}};
}

OnnxEvaluated reduce_mean(const OnnxNode& node, const OnnxOperands& in) {
  const Integers axes = integers_attribute(node, "axes", {});
  if (axes.size() != 1 || integer_attribute(node, "keepdims", 1) != 1) fail(node, "only one dimension that is kept is read here");
  OnnxEvaluated y{in.at(0)->shape, {}};
  const Split split = split_at(y.shape, axes.front());
  y.shape.at(index_of(axes.front())) = 1;
  Numbers means;
  for (int64_t o = 0; o < split.outer; ++o)
    for (int64_t i = 0; i < split.inner; ++i) {
      double sum = 0;
      for (int64_t c = 0; c < split.size; ++c) sum += in[0]->floats()[index_of((o * split.size + c) * split.inner + i)];
      means.push_back(static_cast<float>(sum / static_cast<double>(split.size)));
    }
  y.values = std::move(means);
  return y;
}

OnnxEvaluated flattened(const OnnxNode& node, const OnnxOperands& in) { return reshaped(*in.at(0), {in[0]->shape.at(0), -1}, node); }

OnnxEvaluated constant_of_shape(const OnnxOperands& in) {
  OnnxEvaluated y{in.at(0)->integers(), {}};
  y.values = Numbers(index_of(y.elements()), 0.0f);
  return y;
}

using Evaluate = OnnxEvaluated (*)(const OnnxNode&, const OnnxOperands&);

const std::map<std::string, Evaluate>& evaluators() {
  static const std::map<std::string, Evaluate> table{
      {"Add", arithmetic},
      {"Sum", arithmetic},
      {"Sub", arithmetic},
      {"Mul", arithmetic},
      {"Div", arithmetic},
      {"Max", arithmetic},
      {"Min", arithmetic},
      {"Equal", compare},
      {"Less", compare},
      {"Greater", compare},
      {"GreaterOrEqual", compare},
      {"Relu", activation},
      {"Sigmoid", activation},
      {"Clip", activation},
      {"BatchNormalization", batch_norm},
      {"Gemm", gemm},
      {"Gather", gather},
      {"Slice", slice},
      {"Pad", pad},
      {"Concat", concat},
      {"Transpose", transpose},
      {"Flatten", flattened},
      {"ConstantOfShape", [](const OnnxNode&, const OnnxOperands& in) { return constant_of_shape(in); }},
      {"Cast", [](const OnnxNode&, const OnnxOperands& in) { return *in.at(0); }},
      {"Identity", [](const OnnxNode&, const OnnxOperands& in) { return *in.at(0); }},
      {"ReduceMean", reduce_mean},
      {"Sqrt", [](const OnnxNode&, const OnnxOperands& in) { return each(in, [](float x) { return std::sqrt(x); }); }},
      {"Exp", [](const OnnxNode&, const OnnxOperands& in) { return each(in, [](float x) { return std::exp(x); }); }},
      {"Log", [](const OnnxNode&, const OnnxOperands& in) { return each(in, [](float x) { return std::log(x); }); }},
      {"Floor", [](const OnnxNode&, const OnnxOperands& in) { return each(in, [](float x) { return std::floor(x); }); }},
      {"ReduceSum", [](const OnnxNode&, const OnnxOperands& in) { return reduce_sum(in); }},
      {"Reshape", [](const OnnxNode& node, const OnnxOperands& in) { return reshaped(*in.at(0), in.at(1)->integers(), node); }},
      {"Shape",
       [](const OnnxNode&, const OnnxOperands& in) {
         return OnnxEvaluated{{static_cast<int64_t>(in.at(0)->shape.size())}, in[0]->shape};
       }},
      {"Unsqueeze", [](const OnnxNode& node, const OnnxOperands& in) { return reshaped(*in.at(0), {1}, node); }}};
  return table;
}

}  // namespace

int64_t OnnxEvaluated::elements() const {
  int64_t product = 1;
  for (const int64_t size : shape) product *= size;
  return product;
}

OnnxBroadcast broadcast_shapes(const OnnxNode& node, const OnnxEvaluated& a, const OnnxEvaluated& b) {
  const size_t rank = std::max(a.shape.size(), b.shape.size());
  const auto size = [&](const OnnxEvaluated& x, size_t i) { return i + x.shape.size() < rank ? 1 : x.shape[i + x.shape.size() - rank]; };
  OnnxBroadcast result;
  for (size_t i = 0; i < rank; ++i) {
    if (size(a, i) != size(b, i) && size(a, i) != 1 && size(b, i) != 1) fail(node, "shapes do not broadcast");
    result.shape.push_back(size(a, i) == 1 ? size(b, i) : size(a, i));
  }
  int64_t total = 1;
  for (const int64_t s : result.shape) total *= s;
  for (int64_t flat = 0; flat < total; ++flat) {
    int64_t rest = flat, at_a = 0, at_b = 0, step_a = 1, step_b = 1;
    for (size_t i = rank; i-- > 0;) {
      const int64_t position = rest % result.shape[i];
      rest /= result.shape[i];
      if (size(a, i) > 1) at_a += position * step_a;
      if (size(b, i) > 1) at_b += position * step_b;
      step_a *= size(a, i), step_b *= size(b, i);
    }
    result.left.push_back(at_a), result.right.push_back(at_b);
  }
  return result;
}

int64_t integer_attribute(const OnnxNode& node, const std::string& name, int64_t otherwise) {
  const auto found = node.attributes.find(name);
  return found == node.attributes.end() ? otherwise : std::get<int64_t>(found->second);
}

std::vector<int64_t> integers_attribute(const OnnxNode& node, const std::string& name, const std::vector<int64_t>& otherwise) {
  const auto found = node.attributes.find(name);
  return found == node.attributes.end() ? otherwise : std::get<std::vector<int64_t>>(found->second);
}

OnnxEvaluated evaluate_operator(const OnnxNode& node, const OnnxOperands& operands) {
  const auto found = evaluators().find(node.op);
  if (found == evaluators().end()) fail(node, "this operator is not evaluated here");
  return found->second(node, operands);
}

}  // namespace tnn
