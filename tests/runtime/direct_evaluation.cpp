#include "direct_evaluation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "formats/model_tensors.h"

using namespace tnn;

namespace {

using Numbers = std::vector<double>;
using Size3 = std::array<int64_t, 3>;

Size3 three(const std::vector<int64_t>& sizes, int64_t fill) {
  Size3 result{fill, fill, fill};
  std::copy(sizes.begin(), sizes.end(), result.end() - static_cast<std::ptrdiff_t>(sizes.size()));
  return result;
}

/// NaN where one of them is.
double larger(double a, double b) { return std::isnan(a) || std::isnan(b) ? std::nan("") : std::max(a, b); }

class Interpreter {
 public:
  Interpreter(const RandomModel& model, int point)
      : model_(model), graph_(model.description.graph), point_(point), configuration_(points()[static_cast<size_t>(point)].configuration) {}

  std::vector<Numbers> run(const float* input) {
    for (const Node& node : graph_.nodes()) {
      Numbers y;
      if (node.inputs.empty())
        y.assign(input, input + graph_.channels(node.shape) * node.shape.positions());
      else
        y = std::visit([&](const auto& operation) { return evaluate(node, operation); }, node.operation);
      mask(node.shape, y);
      if (const GateId gate = compensated_[values_.size()]; gate != kNone) {
        const double factor = compensation_factor(model_.description.gating.compensation, configuration_.of(gate));
        for (double& value : y) value *= factor;
      }
      values_.push_back(std::move(y));
    }
    std::vector<Numbers> outputs;
    for (const Output& output : graph_.outputs()) outputs.push_back(values_[static_cast<size_t>(output.node)]);
    return outputs;
  }

 private:
  const std::vector<OperatingPoint>& points() const { return model_.description.points; }
  const Numbers& x(const Node& node, size_t i = 0) const { return values_[static_cast<size_t>(node.inputs[i])]; }
  bool has(const std::string& name) const { return model_.tensors.count(name) > 0; }
  double number(const std::string& name, int64_t i) const { return static_cast<double>(model_.tensors.at(name)[static_cast<size_t>(i)]); }

  void mask(const TensorShape& shape, Numbers& y) const {
    const int64_t positions = shape.positions();
    std::vector<bool> open(static_cast<size_t>(graph_.channels(shape)));
    for (const ChannelRange& range : active_channels(graph_, shape, configuration_))
      for (int64_t c = range.begin; c < range.end; ++c) open[static_cast<size_t>(c)] = true;
    for (size_t i = 0; i < y.size(); ++i)
      if (!open[i / static_cast<size_t>(positions)]) y[i] = 0;
  }

  /// Sums weight x input over one window; the taps outside the input count as zero.
  template <typename Visit>
  void windows(const TensorShape& from, const TensorShape& to, const Window& w, Visit visit) const {
    const Size3 in = three(from.extent, 1), out = three(to.extent, 1), k = three(w.kernel, 1), s = three(w.stride, 1),
                p = three(w.padding, 0), d = three(w.dilation, 1);
    for (int64_t o = 0; o < out[0] * out[1] * out[2]; ++o) {
      const Size3 at{o / (out[1] * out[2]), o / out[2] % out[1], o % out[2]};
      for (int64_t tap = 0; tap < k[0] * k[1] * k[2]; ++tap) {
        const Size3 t{tap / (k[1] * k[2]), tap / k[2] % k[1], tap % k[2]};
        Size3 i{};
        bool inside = true, padded = true;
        for (size_t q = 0; q < 3; ++q) {
          i[q] = at[q] * s[q] + t[q] * d[q] - p[q];
          inside = inside && i[q] >= 0 && i[q] < in[q];
          padded = padded && i[q] < in[q] + p[q];
        }
        visit(o, tap, inside ? (i[0] * in[1] + i[1]) * in[2] + i[2] : int64_t{kNone}, padded);
      }
    }
  }

  Numbers evaluate(const Node& node, const Convolution& c) {
    const TensorShape& from = graph_.input_shape(node);
    const int64_t inputs = graph_.channels(from), outputs = graph_.channels(node.shape), per_group = inputs / c.groups;
    const int64_t positions = node.shape.positions(), in_positions = from.positions();
    Numbers y(static_cast<size_t>(outputs * positions));
    int64_t taps = 1;
    for (const int64_t k : c.window.kernel) taps *= k;
    const std::string owner = c.weights_of.empty() ? node.name : c.weights_of;
    const std::vector<float>& weight = model_.tensors.at(owner + ".weight");
    for (int64_t o = 0; o < outputs; ++o) {
      if (c.bias) std::fill_n(y.begin() + o * positions, positions, number(owner + ".bias", o));
      for (int64_t i = 0; i < per_group; ++i) {
        const int64_t channel = o / (outputs / c.groups) * per_group + i;
        windows(from, node.shape, c.window, [&](int64_t position, int64_t tap, int64_t source, bool) {
          if (source != kNone)
            y[static_cast<size_t>(o * positions + position)] +=
                static_cast<double>(weight[static_cast<size_t>((o * per_group + i) * taps + tap)]) *
                x(node)[static_cast<size_t>(channel * in_positions + source)];
        });
      }
    }
    return y;
  }

  Numbers evaluate(const Node& node, const Linear& l) {
    const auto inputs = static_cast<int64_t>(x(node).size());
    const std::vector<float>& weight = model_.tensors.at(node.name + ".weight");
    Numbers y(static_cast<size_t>(graph_.channels(node.shape)));
    for (int64_t o = 0; o < static_cast<int64_t>(y.size()); ++o) {
      double sum = l.bias ? number(node.name + ".bias", o) : 0.0;
      for (int64_t i = 0; i < inputs; ++i)
        sum += static_cast<double>(weight[static_cast<size_t>(o * inputs + i)]) * x(node)[static_cast<size_t>(i)];
      y[static_cast<size_t>(o)] = sum;
    }
    return y;
  }

  Numbers evaluate(const Node& node, const BatchNorm& b) {
    const int64_t channels = graph_.channels(node.shape), positions = node.shape.positions();
    const auto stored = [&](ParameterRole role, int64_t c) {
      const std::string rows = point_tensor_name(node.name, role);
      return has(rows) ? number(rows, point_ * channels + c) : number(parameter_name(node.name, role), c);
    };
    Numbers y = x(node);
    for (int64_t c = 0; c < channels; ++c)
      for (int64_t p = 0; p < positions; ++p) {
        double& v = y[static_cast<size_t>(c * positions + p)];
        v = (v - stored(ParameterRole::running_mean, c)) / std::sqrt(stored(ParameterRole::running_variance, c) + b.epsilon) *
                stored(ParameterRole::scale, c) +
            stored(ParameterRole::shift, c);
      }
    return y;
  }

  Numbers evaluate(const Node& node, const LayerNorm& l) {
    const TensorShape& from = graph_.input_shape(node);
    const int64_t positions = from.positions();
    Numbers y = x(node);
    for (int64_t p = 0; p < positions; ++p) {
      Numbers open;
      for (const ChannelRange& range : active_channels(graph_, from, configuration_))
        for (int64_t c = range.begin; c < range.end; ++c) open.push_back(y[static_cast<size_t>(c * positions + p)]);
      const auto count = static_cast<double>(open.size());
      const double mean = std::accumulate(open.begin(), open.end(), 0.0) / count;
      double variance = 0;
      for (const double v : open) variance += (v - mean) * (v - mean) / count;
      for (int64_t c = 0; c < graph_.channels(from); ++c) {
        double& v = y[static_cast<size_t>(c * positions + p)];
        v = (v - mean) / std::sqrt(variance + l.epsilon) * number(node.name + ".weight", c) + number(node.name + ".bias", c);
      }
    }
    return y;
  }

  Numbers evaluate(const Node& node, const Activation& a) {
    Numbers y = x(node);
    const double limit = a.kind == ActivationKind::relu6 ? 6.0 : std::numeric_limits<double>::infinity();
    for (double& v : y) v = a.kind == ActivationKind::sigmoid ? 1 / (1 + std::exp(-v)) : std::clamp(v, 0.0, limit);
    return y;
  }

  Numbers evaluate(const Node& node, const Pool& pool) {
    const TensorShape& from = graph_.input_shape(node);
    const int64_t positions = node.shape.positions(), in_positions = from.positions();
    const bool largest = pool.kind == PoolKind::max;
    Numbers y(static_cast<size_t>(graph_.channels(node.shape) * positions), largest ? -std::numeric_limits<double>::infinity() : 0.0);
    Window window = pool.window;
    for (int64_t c = 0; c < graph_.channels(node.shape); ++c) {
      Numbers counted(static_cast<size_t>(positions));
      windows(from, node.shape, window, [&](int64_t position, int64_t, int64_t source, bool padded) {
        double& v = y[static_cast<size_t>(c * positions + position)];
        counted[static_cast<size_t>(position)] += padded;
        if (source == kNone) return;
        const double in = x(node)[static_cast<size_t>(c * in_positions + source)];
        v = largest ? larger(v, in) : v + in;
      });
      if (!largest)
        for (int64_t p = 0; p < positions; ++p) y[static_cast<size_t>(c * positions + p)] /= counted[static_cast<size_t>(p)];
    }
    return y;
  }

  Numbers evaluate(const Node& node, const GlobalPool& pool) {
    const int64_t positions = graph_.input_shape(node).positions();
    Numbers y;
    for (auto at = x(node).begin(); at != x(node).end(); at += positions) {
      double sum = 0;
      for (int64_t p = 0; p < positions; ++p) sum += at[p];
      y.push_back(pool.kind == PoolKind::max ? std::accumulate(at + 1, at + positions, *at, larger) : sum / static_cast<double>(positions));
    }
    return y;
  }

  Numbers evaluate(const Node& node, const Add&) {
    Numbers y = x(node);
    for (size_t i = 1; i < node.inputs.size(); ++i)
      for (size_t k = 0; k < y.size(); ++k) y[k] += x(node, i)[k];
    return y;
  }

  Numbers evaluate(const Node& node, const Concat&) {
    Numbers y;
    for (size_t i = 0; i < node.inputs.size(); ++i) y.insert(y.end(), x(node, i).begin(), x(node, i).end());
    return y;
  }

  Numbers evaluate(const Node& node, const ChannelShuffle& s) {
    const int64_t channels = graph_.channels(node.shape), positions = node.shape.positions(), each = channels / s.groups;
    Numbers y(x(node).size());
    for (int64_t g = 0; g < s.groups; ++g)
      for (int64_t i = 0; i < each; ++i)
        std::copy_n(x(node).begin() + (g * each + i) * positions, positions, y.begin() + (i * s.groups + g) * positions);
    return y;
  }

  /// Graphs are split there (graph/region_split.h) before anything of the runtime sees them.
  Numbers evaluate(const Node& node, const RoiAlign&) { throw std::logic_error("'" + node.name + "' has regions: split the graph first"); }

  Numbers evaluate(const Node& node, const ChannelPad& pad) {
    Numbers y(static_cast<size_t>(graph_.channels(node.shape) * node.shape.positions()));
    std::copy(x(node).begin(), x(node).end(), y.begin() + pad.before * node.shape.positions());
    return y;
  }

  Numbers evaluate(const Node& node, const Upsample& u) {
    const Size3 from = three(graph_.input_shape(node).extent, 1), to = three(node.shape.extent, 1);
    Numbers y;
    for (int64_t c = 0; c < graph_.channels(node.shape); ++c)
      for (int64_t i = 0; i < to[0]; ++i)
        for (int64_t j = 0; j < to[1]; ++j)
          for (int64_t k = 0; k < to[2]; ++k) {
            const int64_t a = to[0] == from[0] ? i : i / u.factor;
            y.push_back(x(node)[static_cast<size_t>(((c * from[0] + a) * from[1] + j / u.factor) * from[2] + k / u.factor)]);
          }
    return y;
  }

  Numbers evaluate(const Node& node, const Flatten&) { return x(node); }
  Numbers evaluate(const Node& node, const Dropout&) { return x(node); }
  Numbers evaluate(const Node&, const Input&) { return {}; }

  const RandomModel& model_;
  const Graph& graph_;
  const int point_;
  const Configuration& configuration_;
  const std::vector<GateId> compensated_ = compensated_nodes(graph_);
  std::vector<Numbers> values_;
};

}  // namespace

std::vector<std::vector<double>> evaluate_directly(const RandomModel& model, int point, const float* input) {
  return Interpreter(model, point).run(input);
}
