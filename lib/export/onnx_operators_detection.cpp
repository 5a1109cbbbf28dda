#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "core/error.h"
#include "export/onnx_operators.h"

// Operators that a detector needs, as the ONNX specification defines them.
namespace tnn {
namespace {

using Numbers = std::vector<float>;
using Integers = std::vector<int64_t>;
using Results = std::vector<OnnxEvaluated>;

[[noreturn]] void fail(const OnnxNode& node, const std::string& what) {
  throw DataError(fmt::format("node '{}' ({}): {}", node.name, node.op, what));
}

size_t index_of(int64_t value) { return static_cast<size_t>(value); }

std::string text_attribute(const OnnxNode& node, const std::string& name, const std::string& otherwise) {
  const auto found = node.attributes.find(name);
  return found == node.attributes.end() ? otherwise : std::get<std::string>(found->second);
}

/// The largest of a vector by falling value, equal ones in their order, and where they stood.
Results top_k(const OnnxNode& node, const OnnxOperands& in) {
  const Numbers& x = in.at(0)->floats();
  const int64_t count = in.at(1)->integers().at(0);
  if (in[0]->shape.size() != 1 || count < 0 || count > in[0]->elements()) fail(node, "takes a vector and as many of it as there are");
  Integers order(x.size());
  std::iota(order.begin(), order.end(), int64_t{0});
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return x[index_of(a)] > x[index_of(b)]; });
  order.resize(index_of(count));
  Numbers values;
  for (const int64_t i : order) values.push_back(x[index_of(i)]);
  return {{{count}, std::move(values)}, {{count}, std::move(order)}};
}

/// Corners in any order; of x and y it does not matter which is first.
double overlap(const float* a, const float* b) {
  double shared = 1, area_a = 1, area_b = 1;
  for (int d = 0; d < 2; ++d) {
    const double low_a = std::min(a[d], a[d + 2]), high_a = std::max(a[d], a[d + 2]), low_b = std::min(b[d], b[d + 2]),
                 high_b = std::max(b[d], b[d + 2]);
    shared *= std::max(0.0, std::min(high_a, high_b) - std::max(low_a, low_b));
    area_a *= high_a - low_a, area_b *= high_b - low_b;
  }
  return area_a > 0 && area_b > 0 ? shared / (area_a + area_b - shared) : 0.0;
}

/// Rows (batch, class, box): of each batch and class by itself the boxes above the score threshold, by falling score.
Results non_max_suppression(const OnnxNode& node, const OnnxOperands& in) {
  if (in.size() != 5) fail(node, "takes five inputs here");
  const Integers &boxes = in[0]->shape, &scores = in[1]->shape;
  if (boxes.size() != 3 || boxes[2] != 4 || scores.size() != 3 || scores[0] != boxes[0] || scores[2] != boxes[1])
    fail(node, "boxes or scores have another shape");
  const int64_t most = in[2]->integers().at(0);
  const double iou_threshold = in[3]->floats().at(0), score_threshold = in[4]->floats().at(0);
  Integers selected;
  for (int64_t batch = 0; batch < scores[0]; ++batch)
    for (int64_t c = 0; c < scores[1]; ++c) {
      const float* score = in[1]->floats().data() + (batch * scores[1] + c) * scores[2];
      const float* box = in[0]->floats().data() + batch * boxes[1] * 4;
      Integers order, kept;
      for (int64_t i = 0; i < boxes[1]; ++i)
        if (static_cast<double>(score[i]) > score_threshold) order.push_back(i);
      std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return score[a] > score[b]; });
      for (const int64_t i : order) {
        if (static_cast<int64_t>(kept.size()) == most) break;
        if (std::any_of(kept.begin(), kept.end(), [&](int64_t k) { return overlap(box + 4 * k, box + 4 * i) > iou_threshold; })) continue;
        kept.push_back(i);
        selected.insert(selected.end(), {batch, c, i});
      }
    }
  return {{{static_cast<int64_t>(selected.size()) / 3, 3}, std::move(selected)}};
}

/// One sample of a feature map at a place, by bilinear interpolation; more than one place outside it counts 0.
double interpolated(const float* map, int64_t height, int64_t width, double y, double x) {
  if (y < -1 || y > static_cast<double>(height) || x < -1 || x > static_cast<double>(width)) return 0;
  y = std::clamp(y, 0.0, static_cast<double>(height - 1)), x = std::clamp(x, 0.0, static_cast<double>(width - 1));
  const auto top = static_cast<int64_t>(y), left = static_cast<int64_t>(x);
  const int64_t bottom = std::min(top + 1, height - 1), right = std::min(left + 1, width - 1);
  const double down = y - static_cast<double>(top), across = x - static_cast<double>(left);
  return (1 - down) * ((1 - across) * map[top * width + left] + across * map[top * width + right]) +
         down * ((1 - across) * map[bottom * width + left] + across * map[bottom * width + right]);
}

Results roi_align(const OnnxNode& node, const OnnxOperands& in) {
  const OnnxEvaluated &x = *in.at(0), &regions = *in.at(1);
  const int64_t channels = x.shape.at(1), height = x.shape.at(2), width = x.shape.at(3), count = regions.shape.at(0);
  const int64_t rows = integer_attribute(node, "output_height", 1), columns = integer_attribute(node, "output_width", 1),
                ratio = integer_attribute(node, "sampling_ratio", 0);
  const auto scale = static_cast<double>(std::get<float>(node.attributes.at("spatial_scale")));
  const bool half = text_attribute(node, "coordinate_transformation_mode", "output_half_pixel") == "half_pixel";
  Numbers y;
  for (int64_t r = 0; r < count; ++r) {
    const float* box = regions.floats().data() + 4 * r;
    const double shift = half ? 0.5 : 0.0, left = box[0] * scale - shift, top = box[1] * scale - shift;
    double across = box[2] * scale - shift - left, down = box[3] * scale - shift - top;
    if (!half) across = std::max(1.0, across), down = std::max(1.0, down);
    const double bin_y = down / static_cast<double>(rows), bin_x = across / static_cast<double>(columns);
    const auto samples = [&](double bin) { return ratio > 0 ? ratio : std::max<int64_t>(1, static_cast<int64_t>(std::ceil(bin))); };
    const int64_t sy = samples(bin_y), sx = samples(bin_x);
    for (int64_t c = 0; c < channels; ++c)
      for (int64_t i = 0; i < rows; ++i)
        for (int64_t j = 0; j < columns; ++j) {
          double sum = 0;
          for (int64_t v = 0; v < sy; ++v)
            for (int64_t h = 0; h < sx; ++h)
              sum += interpolated(x.floats().data() + (in.at(2)->integers()[index_of(r)] * channels + c) * height * width, height, width,
                                  top + (static_cast<double>(i) + (static_cast<double>(v) + 0.5) / static_cast<double>(sy)) * bin_y,
                                  left + (static_cast<double>(j) + (static_cast<double>(h) + 0.5) / static_cast<double>(sx)) * bin_x);
          y.push_back(static_cast<float>(sum / static_cast<double>(sy * sx)));
        }
  }
  return {{{count, channels, rows, columns}, std::move(y)}};
}

/// Whole factors, nearest neighbours: the input position of the index over the factor, rounded down.
Results resize(const OnnxNode& node, const OnnxOperands& in) {
  if (text_attribute(node, "mode", "") != "nearest" || text_attribute(node, "coordinate_transformation_mode", "") != "asymmetric" ||
      text_attribute(node, "nearest_mode", "") != "floor" || in.size() != 3 || in[1])
    fail(node, "only nearest neighbours by the floor, without offset, are read here");
  const OnnxEvaluated& x = *in[0];
  const Numbers& scales = in[2]->floats();
  OnnxEvaluated y{x.shape, {}};
  for (size_t d = 0; d < y.shape.size(); ++d) y.shape[d] = static_cast<int64_t>(std::floor(static_cast<float>(x.shape[d]) * scales.at(d)));
  Numbers values;
  for (int64_t flat = 0; flat < y.elements(); ++flat) {
    int64_t rest = flat, at = 0, step = 1;
    for (size_t d = y.shape.size(); d-- > 0;) {
      at += static_cast<int64_t>(std::floor(static_cast<float>(rest % y.shape[d]) / scales[d])) * step;
      rest /= y.shape[d], step *= x.shape[d];
    }
    values.push_back(x.floats()[index_of(at)]);
  }
  y.values = std::move(values);
  return {y};
}

/// Over the last dimension.
Results softmax(const OnnxNode& node, const OnnxOperands& in) {
  OnnxEvaluated y = *in.at(0);
  const int64_t axis = integer_attribute(node, "axis", -1), last = static_cast<int64_t>(y.shape.size()) - 1;
  if (axis != -1 && axis != last) fail(node, "only the last dimension is read here");
  auto& values = std::get<Numbers>(y.values);
  const auto row = static_cast<std::ptrdiff_t>(y.shape.back());
  for (auto begin = values.begin(); begin != values.end(); begin += row) {
    const float largest = *std::max_element(begin, begin + row);
    double sum = 0;
    for (auto at = begin; at != begin + row; ++at) sum += std::exp(static_cast<double>(*at - largest));
    for (auto at = begin; at != begin + row; ++at) *at = static_cast<float>(std::exp(static_cast<double>(*at - largest)) / sum);
  }
  return {y};
}

/// Of the last dimension, which goes.
Results reduce_min(const OnnxNode& node, const OnnxOperands& in) {
  OnnxEvaluated y{in.at(0)->shape, {}};
  const auto last = static_cast<int64_t>(y.shape.size()) - 1;
  if (integers_attribute(node, "axes", {}) != Integers{last} || integer_attribute(node, "keepdims", 1) != 0)
    fail(node, "only the last dimension is read here");
  const auto row = static_cast<std::ptrdiff_t>(y.shape.back());
  y.shape.pop_back();
  Numbers values;
  const Numbers& x = in[0]->floats();
  for (auto begin = x.begin(); begin != x.end(); begin += row) values.push_back(*std::min_element(begin, begin + row));
  y.values = std::move(values);
  return {y};
}

Results where(const OnnxNode& node, const OnnxOperands& in) {
  const OnnxEvaluated &condition = *in.at(0), &yes = *in.at(1), &no = *in.at(2);
  if (condition.shape != yes.shape || no.elements() != 1) fail(node, "only a condition for each number and one other number are read here");
  OnnxEvaluated y = yes;
  auto& values = std::get<Numbers>(y.values);
  for (size_t i = 0; i < values.size(); ++i)
    if (condition.integers()[i] == 0) values[i] = no.floats().front();
  return {y};
}

/// Of a vector.
Results non_zero(const OnnxNode& node, const OnnxOperands& in) {
  if (in.at(0)->shape.size() != 1) fail(node, "only a vector is read here");
  Integers places;
  for (size_t i = 0; i < in[0]->integers().size(); ++i)
    if (in[0]->integers()[i] != 0) places.push_back(static_cast<int64_t>(i));
  return {{{1, static_cast<int64_t>(places.size())}, std::move(places)}};
}

using Evaluate = Results (*)(const OnnxNode&, const OnnxOperands&);

const std::map<std::string, Evaluate>& evaluators() {
  static const std::map<std::string, Evaluate> table{{"TopK", top_k},         {"NonMaxSuppression", non_max_suppression},
                                                     {"RoiAlign", roi_align}, {"Resize", resize},
                                                     {"Softmax", softmax},    {"ReduceMin", reduce_min},
                                                     {"Where", where},        {"NonZero", non_zero}};
  return table;
}

}  // namespace

bool is_detection_operator(const std::string& op) { return evaluators().count(op) > 0; }

std::vector<OnnxEvaluated> evaluate_detection_operator(const OnnxNode& node, const OnnxOperands& operands) {
  return evaluators().at(node.op)(node, operands);
}

}  // namespace tnn
